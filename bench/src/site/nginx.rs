//! nginx with the shipped configuration, on ports and in a folder of its own.

use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use super::process::{Process, free_port};
use super::wait::wait_for;

const CONFIGURATION: &str = include_str!("../../../deploy/nginx.conf");
const UPSTREAMS: &str = include_str!("../../../deploy/upstreams.conf");

/// Starts nginx in front of services at these ports. Returns the process and its address.
///
/// # Panics
/// When nginx is not installed, or rejects the configuration.
pub async fn start(folder: &Path, web: &[u16], realtime: &[u16]) -> (Process, String) {
    let folder = folder.join("nginx");
    std::fs::create_dir_all(folder.join("cache")).expect("a folder for nginx");
    let at = format!("127.0.0.1:{}", free_port());
    let user = if std::fs::metadata("/proc/self").expect("a /proc").uid() == 0 { "user root;" } else { "" };
    let place = |name: &str| format!("{name}_temp_path {};", folder.join(name).display());
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(place).concat();
    let configuration = CONFIGURATION
        .replace("user www-data;", user)
        .replace("/run/nginx.pid", &folder.join("pid").display().to_string())
        .replace("/var/log/nginx", &folder.display().to_string())
        .replace("/var/cache/klatch-static", &folder.join("cache").display().to_string())
        .replace("listen 80 default_server", &format!("listen {at} default_server"))
        .replace("        listen [::]:80 default_server;\n", "")
        .replace("include mime.types;", &temporary);
    std::fs::write(folder.join("nginx.conf"), configuration).expect("its configuration");
    std::fs::write(folder.join("klatch-upstreams.conf"), upstreams(web, realtime)).expect("its upstreams");
    let mut command = Command::new("nginx");
    command.args(["-p", ".", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"]).current_dir(&folder);
    let process = Process::start("nginx", &mut command, &folder);
    let address = at.clone();
    wait_for("nginx answers", async || TcpStream::connect(&address).ok()).await;
    (process, at)
}

/// Returns the shipped upstreams with these servers instead; the parameters of a server are kept.
fn upstreams(web: &[u16], realtime: &[u16]) -> String {
    let mut text = String::new();
    let mut ports: &[u16] = &[];
    let mut is_said = false;
    for line in UPSTREAMS.lines() {
        if line.starts_with("upstream ") {
            (ports, is_said) = (if line.contains("web") { web } else { realtime }, false);
        }
        let words = line.trim().strip_prefix("server ").and_then(|server| server.split_once([' ', ';']));
        match words {
            Some(_) if is_said => {}
            Some((_, more)) => {
                is_said = true;
                for port in ports {
                    let more = if more.is_empty() { ";".to_owned() } else { format!(" {more}") };
                    text += &format!("    server 127.0.0.1:{port}{more}\n");
                }
            }
            None => text += &format!("{line}\n"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_configuration_is_used_with_only_its_ports_changed() {
        let text = upstreams(&[1], &[2, 3]);
        let servers: Vec<&str> = text.lines().filter(|line| line.contains("server ")).collect();
        assert_eq!(servers.len(), 3, "{text}");
        assert!(servers.iter().zip([1, 2, 3]).all(|(line, port)| line.contains(&format!("127.0.0.1:{port}"))));
        assert!(text.lines().filter(|line| line.contains("least_conn")).count() == 2, "{text}");
    }
}

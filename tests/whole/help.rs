//! Admins help with accounts: on the page of a person, and on the command line.

use std::process::Output;

use serde_json::Value;

use crate::support::{Forum, PASSWORD, Running, Visitor, admin_of, newcomer};

crate::both_ways!(an_admin_helps_with_an_account, the_command_line_manages_accounts);

const NEW: &str = "a kite above the harbour";

async fn visitor_signed_in(forum: &Forum, name: &str, password: &str) -> Visitor {
    let visitor = forum.visitor();
    let form = visitor.get("/-/sign-in").await.form("/-/sign-in").with("username", name).with("password", password);
    visitor.submit(&form).await.expect(200);
    visitor
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn an_admin_helps_with_an_account(running: Running) {
    let mut forum = Forum::start(running).await;
    let admin = admin_of(&mut forum).await;
    let ana = newcomer(&forum, "ana").await;
    let settings = ana.get("/-/settings/mail").await;
    let form = settings.form("/-/settings/mail").with("email", "ana@example.org").with("current_password", PASSWORD);
    ana.submit(&form).await.expect(200);
    let list = admin.get("/admin/people?q=ana").await.expect(200);
    let path = list.links().into_iter().find(|link| link.starts_with("/admin/people/")).expect("the account");

    // Until the address is confirmed, nothing can be sent to it.
    let page = admin.get(&path).await.expect(200);
    page.must_say("is not confirmed yet");
    let help = format!("{path}/account");
    let confirm = page.form(&help).with("what", "confirm");
    admin.submit(&confirm).await.expect(200).must_say("Email address confirmed.");
    let page = admin.get(&path).await.expect(200);
    admin.submit(&page.form(&help).with("what", "reset")).await.expect(200).must_say(if forum.sends_email() {
        "Password reset link sent."
    } else {
        "find the link in a file"
    });
    let email = forum.mailbox.email("ana@example.org", "Reset your password").await;
    let link = email.link(&forum.base, "/-/reset?token=");
    let stranger = forum.visitor();
    let form = stranger.get(&link).await.expect(200).form("/-/reset").with("new_password", NEW);
    stranger.submit(&form).await.expect(200);
    visitor_signed_in(&forum, "ana", NEW).await;

    admin.submit(&page.form(&help).with("what", "data")).await.expect(200).must_say(if forum.sends_email() {
        "Data download link sent."
    } else {
        "find the link in a file"
    });
    let email = forum.mailbox.email("ana@example.org", "Your data from").await;
    let link = email.link(&forum.base, "/-/download?token=");
    let form = stranger.get(&link).await.expect(200).form("/-/download");
    let file = stranger.submit(&form).await.expect(200);
    let data = file.data();
    assert!(data.contains("ana@example.org") && data.contains("\"type\":\"account\""), "{data}");
    stranger.submit(&form).await.expect(410);
    stranger.get(&link).await.expect(410).must_say("no longer works");

    let delete = format!("{path}/delete");
    let form = admin.get(&delete).await.expect(200).form(&delete).with("words", "keep");
    admin.submit(&form).await.expect(200).must_say("Account deleted.");
    forum.mailbox.email("ana@example.org", "was deleted").await;
    admin.get("/admin/log").await.expect(200).must_say("deleted the account of");
    forum.examine().await;
}

async fn the_command_line_manages_accounts(running: Running) {
    let forum = Forum::start(running).await;
    let ben = newcomer(&forum, "ben").await;
    let browser = newcomer(&forum, "ana").await;
    let shown: Value =
        serde_json::from_str(&text(&forum.run(&["admin", "user", "show", "ana", "--json"], ""))).expect("JSON");
    assert_eq!((shown["username"].as_str(), shown["is_admin"].as_bool()), (Some("ana"), Some(false)));
    assert_eq!((shown["second_step"].as_bool(), shown["sessions"].as_i64()), (Some(false), Some(1)));
    assert!(text(&forum.run(&["admin", "user", "show", "ANA"], "")).contains("ana"));

    assert!(text(&forum.run(&["admin", "user", "promote", "ben"], "")).contains("is now a site admin"));
    // The service caches sessions; a job tells it.
    forum.jobs_done().await;
    ben.get("/admin/").await.expect(200);
    let list = text(&forum.run(&["admin", "user", "list", "--json"], ""));
    let rows: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let names: Vec<_> =
        rows.iter().map(|row| (row["username"].as_str().expect("a name"), row["is_admin"] == true)).collect();
    assert_eq!(names, [("ana", false), ("ben", true)]);
    let admins = text(&forum.run(&["admin", "user", "list", "--state", "admins"], ""));
    assert!(admins.contains("ben") && admins.contains("admin") && !admins.contains("ana"), "{admins}");

    let short = forum.run(&["admin", "user", "set-password", "ana"], "short\n");
    assert!(!short.status.success() && String::from_utf8_lossy(&short.stderr).contains("8 characters"));
    text(&forum.run(&["admin", "user", "set-password", "ana", "--json"], &format!("{NEW}\n")));
    browser.get("/").await.expect(200);
    forum.jobs_done().await;
    browser.get("/-/settings").await.must_say("Sign in");
    let ana = visitor_signed_in(&forum, "ana", NEW).await;
    assert!(text(&forum.run(&["admin", "user", "export", "ana"], "")).contains("\"username\":\"ana\""));

    // It is not deleted by a slip.
    assert!(!forum.run(&["admin", "user", "delete", "ana"], "").status.success());
    ana.get("/-/settings").await.expect(200).must_say("Settings");
    let gone: Value =
        serde_json::from_str(&text(&forum.run(&["admin", "user", "delete", "ana", "--yes", "--json"], "")))
            .expect("JSON");
    assert_eq!((gone["username"].as_str(), gone["deleted"].as_bool()), (Some("ana"), Some(true)));
    forum.jobs_done().await;
    ana.get("/-/settings").await.must_say("Sign in");
    let only = forum.run(&["admin", "user", "delete", "ben", "--yes"], "");
    assert!(!only.status.success() && String::from_utf8_lossy(&only.stderr).contains("only site admin"));
    for command in ["show", "promote", "set-password", "second-step-off", "export"] {
        let nobody = forum.run(&["admin", "user", command, "nobody"], "");
        assert!(!nobody.status.success() && String::from_utf8_lossy(&nobody.stderr).contains("no user named"));
    }
    let log = ben.get("/admin/log").await.expect(200);
    for line in ["set the password of", "exported the data of", "deleted the account of"] {
        log.must_say(line);
    }
    forum.examine().await;
}

#[tokio::test]
async fn created_files_are_readable_only_by_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let forum = Forum::start(Running::Alone).await;
    newcomer(&forum, "ana").await;
    let mut folders = vec![forum.folder().join("data")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder") {
            let entry = entry.expect("an entry");
            let Ok(about) = entry.metadata() else { continue };
            let mode = about.permissions().mode() & 0o777;
            assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", entry.path().display());
            files += 1;
            if about.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    assert!(files > 3, "{files}");
}

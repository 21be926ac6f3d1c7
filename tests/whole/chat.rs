//! The client for the terminal, as scripts and people use it.

use std::io::{BufRead as _, Write as _};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::support::{Forum, Running, Visitor, group_of, newcomer, program, topic_in, wait_for};

crate::both_ways!(people_and_scripts_chat_in_the_terminal);

/// Makes a token on the page of the settings.
async fn token_of(visitor: &Visitor, scopes: &[&str]) -> String {
    let form = visitor.get("/-/settings/tokens").await.expect(200).form("/-/settings/tokens");
    let form = form.with("name", "terminal").with("current_password", crate::support::PASSWORD);
    let form = scopes.iter().fold(form.without("read").without("write"), |form, scope| form.with(scope, "yes"));
    let made = visitor.submit(&form).await.expect(200);
    let rest = made.html.split("<code>klatch_").nth(1).and_then(|rest| rest.split('<').next()).expect("a token");
    format!("klatch_{rest}")
}

fn client(forum: &Forum, token: &str) -> Command {
    let mut command = program();
    command.arg("chat");
    command.env("KLATCH_CHAT_SERVER", &forum.base).env("KLATCH_CHAT_TOKEN", token);
    command.env("XDG_CONFIG_HOME", forum.folder().join("config"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the client to its end, while what this thread does continues.
async fn run(forum: &Forum, token: &str, arguments: &[&str], input: &str) -> Output {
    let mut running = client(forum, token).args(arguments).spawn().expect("it starts");
    running.stdin.take().expect("its input").write_all(input.as_bytes()).expect("written");
    tokio::task::spawn_blocking(|| running.wait_with_output()).await.expect("a thread").expect("its end")
}

#[track_caller]
fn says(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let mut rest = said.as_str();
    for word in words {
        rest = rest.split_once(word).unwrap_or_else(|| panic!("no {word:?} in {rest:?} of {said}")).1;
    }
}

#[track_caller]
fn refuses(output: &Output, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains(words) && !said.contains("panicked"), "{said}");
}

async fn people_and_scripts_chat_in_the_terminal(running: Running) {
    let mut forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let garden = group_of(&ana, "Garden", "public").await;
    let plums = topic_in(&ana, &garden, "Plums", "The first\n\u{1b}[2Jline").await;
    ben.join(&garden).await.expect(200);
    let token = token_of(&ben, &["read", "write"]).await;

    says(&run(&forum, &token, &["groups"], "").await, &["garden", "Garden"]);
    says(&run(&forum, &token, &["topics", "garden"], "").await, &["garden/plums", "Plums, 1 message"]);
    let read = run(&forum, &token, &["read", "garden/plums"], "").await;
    says(&read, &["— Plums", "1 ana ", "    The first\n    "]);
    assert!(!read.stdout.contains(&0x1b), "nothing controls the terminal");
    says(&run(&forum, &token, &["post", "garden/plums", "By a script"], "").await, &["2 ben ", "By a script"]);
    says(
        &run(&forum, &token, &["post", "garden/plums"], "From a pipe\nwith two lines\n").await,
        &["    with two lines"],
    );
    says(&run(&forum, &token, &["start", "garden", "Pears", "Ripe?"], "").await, &["Started garden/pears."]);
    // A poll is shown as text.
    let form = ana.get(&plums.path).await.expect(200).form("/messages").with("text", "Please vote");
    ana.submit(&form.with("question", "Which day?").with("options", "Friday\nSaturday")).await.expect(200);
    says(
        &run(&forum, &token, &["read", "garden/plums"], "").await,
        &["Please vote", "    Poll: Which day?", "    - Friday", "    - Saturday"],
    );
    forum.jobs_done().await;
    let page = ana.get(&plums.path).await.expect(200);
    page.must_say("By a script");
    page.must_say("From a pipe");
    wait_for("the index", async || {
        let found = run(&forum, &token, &["search", "script"], "").await;
        String::from_utf8_lossy(&found.stdout).contains("1 result.").then_some(())
    })
    .await;

    // A conversation: commands and texts line by line.
    let lines = "/open garden/plums\nTyped by hand\n/star 1\n/nonsense\n/more\n/quit\nnever sent\n";
    let talked = run(&forum, &token, &[], lines).await;
    let said = ["Signed in as ben.", "— Plums", "Typed by hand", "Starred message 1.", "Unknown command /nonsense."];
    says(&talked, &[&said[..], &["No earlier messages."]].concat());
    let page = ana.get(&plums.path).await.expect(200);
    assert!(page.says("Typed by hand") && !page.says("never sent"));

    // New messages appear in a client that follows.
    let mut follower = client(&forum, &token).arg("follow").spawn().expect("it starts");
    let output = follower.stdout.take().expect("its output");
    let (tell, mut heard) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        std::io::BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
    });
    let mut number = 0;
    loop {
        // It may begin to listen only after the first of these.
        number += 1;
        ana.post(&plums, &format!("Live {number}")).await;
        match tokio::time::timeout(Duration::from_secs(1), heard.recv()).await {
            Ok(Some(line)) if line.starts_with("    Live ") => break,
            Ok(Some(_)) | Err(_) => {}
            Ok(None) => panic!("it ended"),
        }
    }
    follower.kill().expect("killed");
    follower.wait().expect("its end");

    refuses(&run(&forum, &token, &["read", "garden/none"], "").await, "There's no topic `none` in Garden.");
    refuses(&run(&forum, &token, &["topics", "none"], "").await, "");
    let reading = token_of(&ben, &["read"]).await;
    refuses(&run(&forum, &reading, &["post", "garden/plums", "x"], "").await, "can't change anything");
    refuses(&run(&forum, "klatch_wrong", &["groups"], "").await, "token");
    forum.stop().await;
}

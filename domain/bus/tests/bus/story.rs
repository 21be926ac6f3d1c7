//! The cursor rule, compared with a plain list in random sequences.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{Cursor, LENGTH, Stream};

use crate::home::{ALICE, BOB, GARDEN, Home, Rng, event, payloads, read_all};

on_memory_and_redis! { a_backlog_is_complete_or_says_resync }

/// A stream as a plain list: all entries of its current life.
#[derive(Default)]
struct List {
    life: u64,
    there: bool,
    taken: Vec<Arc<str>>,
    /// How many entries, including the start, were trimmed from the front on purpose.
    cut: usize,
}

/// A cursor, and where it points in the list.
#[derive(Clone, Copy)]
struct Held {
    stream: Stream,
    life: u64,
    cursor: Cursor,
    position: usize,
}

async fn a_backlog_is_complete_or_says_resync(home: Home) {
    for seed in 1..=40 {
        home.forget_all().await;
        tell_a_story(&home, seed).await;
    }
}

async fn tell_a_story(home: &Home, seed: u64) {
    let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut lists: HashMap<Stream, List> = [ALICE, BOB, GARDEN].map(|stream| (stream, List::default())).into();
    let mut held: Vec<Held> = Vec::new();
    let mut number = 0;
    for step in 0..60 {
        let at = format!("seed {seed}, step {step}");
        let stream = [ALICE, BOB, GARDEN][rng.roll(3) as usize];
        home.pass(Duration::from_micros(rng.roll(3) * 700));
        match rng.roll(20) {
            0..4 => {
                let list = lists.get_mut(&stream).unwrap();
                if !list.there {
                    *list = List { life: list.life + 1, there: true, ..List::default() };
                }
                let cursor = home.bus.open(stream).await.unwrap();
                held.push(Held { stream, life: list.life, cursor, position: list.taken.len() });
            }
            4..11 => {
                let count = if rng.roll(12) == 0 { 200 + rng.roll(400) } else { rng.roll(5) };
                let mut events = Vec::new();
                for _ in 0..count {
                    number += 1;
                    let to = if rng.roll(4) == 0 { BOB } else { stream };
                    events.push((to, event(number)));
                }
                let mut expected = 0;
                for (to, event) in &events {
                    let list = lists.get_mut(to).unwrap();
                    if list.there {
                        expected += 1;
                        list.taken.push(event.clone());
                    }
                }
                assert_eq!(home.bus.publish(&events).await.unwrap(), expected, "{at}");
            }
            11 => {
                let keep = 1 + rng.roll(4);
                home.ask("XTRIM", stream, &["MAXLEN", "=", &keep.to_string()]).await;
                let list = lists.get_mut(&stream).unwrap();
                if home.redis.is_some() {
                    list.cut = list.cut.max((list.taken.len() + 1).saturating_sub(keep as usize));
                }
            }
            12 if rng.roll(3) == 0 => {
                home.forget_all().await;
                lists.values_mut().for_each(|list| list.there = false);
            }
            13 => {
                let made_up = format!("{}-{}", rng.roll(2_000_000_000_000), rng.roll(9)).parse().unwrap();
                let list = lists.get_mut(&stream).unwrap();
                let at = read_all(&home.bus, stream, made_up).await.expect_err("nobody was given this cursor");
                if !list.there {
                    *list = List { life: list.life + 1, there: true, ..List::default() };
                }
                held.push(Held { stream, life: list.life, cursor: at, position: list.taken.len() });
            }
            _ if held.is_empty() => {}
            _ => {
                let from = held[rng.roll(held.len() as u64) as usize];
                let list = lists.get_mut(&from.stream).unwrap();
                let read = read_all(&home.bus, from.stream, from.cursor).await;
                let same_life = list.there && list.life == from.life;
                let following = list.taken.len().saturating_sub(from.position);
                let cursor = match read {
                    Ok((events, last)) => {
                        assert!(same_life, "{at}: a cursor of a lost stream was answered");
                        assert_eq!(payloads(&events), list.taken[from.position..], "{at}");
                        assert!(from.position >= list.cut, "{at}: the cursor's entry was cut off");
                        last
                    }
                    Err(fresh) => {
                        let kept = following < LENGTH && from.position >= list.cut;
                        assert!(!(same_life && kept), "{at}: everything was there, yet resync ({following} entries)");
                        if !list.there {
                            *list = List { life: list.life + 1, there: true, ..List::default() };
                        }
                        fresh
                    }
                };
                held.push(Held { stream: from.stream, life: list.life, cursor, position: list.taken.len() });
            }
        }
    }
}

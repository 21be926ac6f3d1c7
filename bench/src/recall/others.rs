//! The same messages in SQLite's FTS5 and in Postgres. Each gets the best of the ways in which it can be asked: all words,
//! all words with the last as a beginning, and any of the words.

use std::io::{Error, Result};
use std::path::Path;

use sqlx::{PgPool, SqlitePool};

use super::DEPTH;
use super::corpus::Message;
use super::queries::TestQuery;

/// Rows inserted at once.
const BATCH: usize = 200;

pub struct Fts5(SqlitePool);

impl Fts5 {
    pub async fn fill(folder: &Path, messages: &[Message]) -> Result<Self> {
        let url = format!("sqlite://{}?mode=rwc", folder.join("fts5.db").display());
        let pool = SqlitePool::connect(&url).await.map_err(Error::other)?;
        let table = "create virtual table recall using fts5(title, body, tokenize = 'porter unicode61')";
        sqlx::query(table).execute(&pool).await.map_err(Error::other)?;
        let mut tx = pool.begin().await.map_err(Error::other)?;
        for message in messages {
            let insert = sqlx::query("insert into recall (rowid, title, body) values ($1, $2, $3)");
            let insert = insert.bind(message.id).bind(&message.title).bind(&message.text);
            insert.execute(&mut *tx).await.map_err(Error::other)?;
        }
        tx.commit().await.map_err(Error::other)?;
        Ok(Self(pool))
    }

    pub async fn finds(&self, asked: &TestQuery, id: i64) -> Result<bool> {
        let quoted: Vec<String> = asked.words.iter().map(|word| format!("\"{word}\"")).collect();
        for question in [quoted.join(" "), quoted.join(" ") + "*", quoted.join(" OR ")] {
            let ask =
                sqlx::query_scalar("select rowid from recall where recall match $1 order by bm25(recall) limit $2");
            let hits: Vec<i64> =
                ask.bind(question).bind(DEPTH as i64).fetch_all(&self.0).await.map_err(Error::other)?;
            if hits.contains(&id) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub struct Postgres(PgPool);

impl Postgres {
    pub async fn fill(url: &str, messages: &[Message]) -> Result<Self> {
        let pool = PgPool::connect(url).await.map_err(Error::other)?;
        for statement in
            ["drop table if exists recall", "create table recall (id bigint primary key, words tsvector not null)"]
        {
            sqlx::query(statement).execute(&pool).await.map_err(Error::other)?;
        }
        for part in messages.chunks(BATCH) {
            let ids: Vec<i64> = part.iter().map(|message| message.id).collect();
            let column = |of: fn(&Message) -> &String| -> Vec<String> {
                part.iter().map(|message| of(message).replace('\0', "").chars().take(100_000).collect()).collect()
            };
            sqlx::query(
                "insert into recall select id, setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)
                 from unnest($1::bigint[], $2::text[], $3::text[]) as rows (id, title, body)",
            )
            .bind(ids)
            .bind(column(|message| &message.title))
            .bind(column(|message| &message.text))
            .execute(&pool)
            .await
            .map_err(Error::other)?;
        }
        for statement in ["create index on recall using gin (words)", "analyze recall"] {
            sqlx::query(statement).execute(&pool).await.map_err(Error::other)?;
        }
        Ok(Self(pool))
    }

    pub async fn finds(&self, asked: &TestQuery, id: i64) -> Result<bool> {
        let all = asked.words.join(" & ");
        for question in [all.clone(), all + ":*", asked.words.join(" | ")] {
            let ask = "select id from recall, to_tsquery('english', $1) q where words @@ q order by ts_rank_cd(words, q, 1) desc limit $2";
            let hits: Vec<i64> = sqlx::query_scalar(ask)
                .bind(question)
                .bind(DEPTH as i64)
                .fetch_all(&self.0)
                .await
                .map_err(Error::other)?;
            if hits.contains(&id) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

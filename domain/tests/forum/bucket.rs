//! A bucket on this machine: a small S3 service that checks signatures, and fails when a test wants it to. With
//! `KLATCH_TEST_S3_ENDPOINT`, stories without faults use the service there instead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use domain::model::hex::hex;
use domain::platform::storage::{Bucket, Files};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The name of the bucket, which a service elsewhere has too.
const NAME: &str = "klatch-test";
const REGION: &str = "us-east-1";
const ACCESS: &str = "access";
const SECRET: &str = "secret";

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every request gets 503.
    Refuses,
    /// Every request gets 503, after so many that work.
    RefusesAfter(usize),
    /// Answers end in the middle of their body.
    Cuts,
    /// Nothing is answered.
    Hangs,
    /// Nothing is answered, after so many requests that work.
    HangsAfter(usize),
    /// Other bytes are stored than those that were sent.
    Spoils,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, (Vec<u8>, Option<SystemTime>)>,
    parts: BTreeMap<(String, usize), Vec<u8>>,
    fault: Option<Fault>,
    requests: usize,
    connections: usize,
}

/// A service with one bucket.
pub struct Service {
    endpoint: String,
    prefix: String,
    state: Arc<Mutex<State>>,
    folder: TempDir,
}

impl Service {
    /// Opens a service of our own.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                served.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, served.clone()));
            }
        });
        Self { endpoint, prefix: "forum/one".to_owned(), state, folder: TempDir::new().unwrap() }
    }

    /// The service that the environment names, or one of our own.
    pub async fn any() -> Self {
        let own = Self::open().await;
        match std::env::var("KLATCH_TEST_S3_ENDPOINT") {
            Ok(endpoint) => Self { endpoint, prefix: domain::model::unique_name(), ..own },
            Err(_) => own,
        }
    }

    pub fn bucket(&self) -> Bucket {
        Bucket {
            name: NAME.to_owned(),
            prefix: self.prefix.clone(),
            endpoint: Some(Bucket::parse_endpoint(&self.endpoint).unwrap()),
            region: REGION.to_owned(),
            access_key: ACCESS.to_owned(),
            secret_key: SECRET.to_owned(),
            ..Bucket::default()
        }
    }

    pub fn files_of(&self, bucket: &Bucket) -> Files {
        Files::bucket(bucket, self.folder.path().join("arriving")).unwrap()
    }

    pub fn files(&self) -> Files {
        self.files_of(&self.bucket())
    }

    pub fn fails(&self, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        (state.fault, state.requests) = (Some(fault), 0);
    }

    pub fn works(&self) {
        self.state.lock().unwrap().fault = None;
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// The names of all objects, without the prefix.
    pub fn names(&self) -> Vec<String> {
        let prefix = format!("{}/", self.prefix);
        let state = self.state.lock().unwrap();
        state.objects.keys().filter_map(|key| key.strip_prefix(&prefix)).map(ToOwned::to_owned).collect()
    }

    /// The number of pieces of uploads that are not complete.
    pub fn pieces(&self) -> usize {
        self.state.lock().unwrap().parts.len()
    }

    /// Stores an object as if it had been stored at a time.
    pub fn place(&self, name: &str, bytes: &[u8], at: SystemTime) {
        let key = format!("{}/{name}", self.prefix);
        self.state.lock().unwrap().objects.insert(key, (bytes.to_vec(), Some(at)));
    }
}

/// A request.
struct Asked {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Asked {
    /// Reads the next request of a connection.
    async fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Self> {
        let mut buffer = [0; 65_536];
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
            bytes.extend_from_slice(&buffer[..read]);
        };
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers: BTreeMap<String, String> = lines.filter_map(header).collect();
        let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while bytes.len() < end + 4 + length {
            let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
            bytes.extend_from_slice(&buffer[..read]);
        }
        let body = bytes[end + 4..end + 4 + length].to_vec();
        bytes.drain(..end + 4 + length);
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        Some(Self { method, path, query, headers, body })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query, decoded.
    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.find(|(known, _)| *known == name)?;
        Some(value.replace("%2F", "/"))
    }

    /// Whether the signature (Signature Version 4) is the right one.
    fn is_signed(&self) -> bool {
        let part = |name: &str| {
            let (_, rest) = self.header("authorization").split_once(name)?;
            Some(rest.split([',', ' ']).next().unwrap_or_default().to_owned())
        };
        let (Some(credential), Some(signed), Some(signature)) =
            (part("Credential="), part("SignedHeaders="), part("Signature="))
        else {
            return false;
        };
        let date = self.header("x-amz-date");
        let scope = format!("{}/{REGION}/s3/aws4_request", &date[..8.min(date.len())]);
        let digest = self.header("x-amz-content-sha256");
        if credential != format!("{ACCESS}/{scope}") || digest != hex(&Sha256::digest(&self.body)) {
            return false;
        }
        let headers: String = signed.split(';').map(|name| format!("{name}:{}\n", self.header(name))).collect();
        let mut query: Vec<&str> = self.query.split('&').filter(|pair| !pair.is_empty()).collect();
        query.sort_unstable();
        let query = query.join("&");
        let request = format!("{}\n{}\n{query}\n{headers}\n{signed}\n{digest}", self.method, self.path);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request.as_bytes())));
        let mut key = format!("AWS4{SECRET}").into_bytes();
        for word in scope.split('/') {
            key = hmac(&key, word.as_bytes());
        }
        hex(&hmac(&key, text.as_bytes())) == signature
    }
}

fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}

/// An answer.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer { status, headers: Vec::new(), body: body.into() }
}

fn problem(status: u16, code: &str) -> Answer {
    answer(status, format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>"))
}

/// Answers the requests of a connection.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let asked = Asked::read(&mut stream, &mut bytes).await?;
        let (fault, answer) = {
            let mut state = state.lock().unwrap();
            state.requests += 1;
            let fault = match state.fault {
                Some(Fault::RefusesAfter(worked)) => (state.requests > worked).then_some(Fault::Refuses),
                Some(Fault::HangsAfter(worked)) => (state.requests > worked).then_some(Fault::Hangs),
                fault => fault,
            };
            let answer = match fault {
                Some(Fault::Refuses) => problem(503, "ServiceUnavailable"),
                _ if !asked.is_signed() => problem(403, "SignatureDoesNotMatch"),
                _ => state.answer(&asked, fault == Some(Fault::Spoils)),
            };
            (fault, answer)
        };
        if fault == Some(Fault::Hangs) {
            std::future::pending::<()>().await;
        }
        let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.ok()?;
        let body: &[u8] = if asked.method == "HEAD" { &[] } else { &answer.body };
        if fault == Some(Fault::Cuts) && !body.is_empty() {
            stream.write_all(&body[..body.len() / 2]).await.ok()?;
            return None;
        }
        stream.write_all(body).await.ok()?;
    }
}

impl State {
    fn answer(&mut self, asked: &Asked, spoils: bool) -> Answer {
        let bucket = format!("/{NAME}");
        let Some(key) = asked.path.strip_prefix(&bucket) else { return problem(404, "NoSuchBucket") };
        let key = key.trim_start_matches('/').to_owned();
        let upload = asked.parameter("uploadId");
        match (asked.method.as_str(), upload) {
            ("GET", _) if key.is_empty() => self.list(asked),
            ("GET" | "HEAD", _) => self.read(&key),
            ("PUT", Some(upload)) => {
                let number = asked.parameter("partNumber").and_then(|number| number.parse().ok()).unwrap();
                self.parts.insert((upload, number), asked.body.clone());
                tagged(answer(200, ""), &asked.body)
            }
            ("PUT", None) => {
                let mut bytes = asked.body.clone();
                if let Some(first) = bytes.first_mut().filter(|_| spoils) {
                    *first ^= 1;
                }
                self.objects.insert(key, (bytes, None));
                tagged(answer(200, ""), &asked.body)
            }
            ("POST", None) if asked.parameter("uploads").is_some() => {
                let id = format!("upload{}", self.requests);
                let xml = format!(
                    "<InitiateMultipartUploadResult><Bucket>{NAME}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                );
                answer(200, xml)
            }
            ("POST", Some(upload)) => {
                let numbers: Vec<_> = self.parts.keys().filter(|(id, _)| *id == upload).cloned().collect();
                let bytes: Vec<u8> =
                    numbers.iter().flat_map(|part| self.parts.remove(part).unwrap_or_default()).collect();
                self.objects.insert(key, (bytes, None));
                answer(200, "<CompleteMultipartUploadResult><ETag>\"all\"</ETag></CompleteMultipartUploadResult>")
            }
            ("DELETE", Some(upload)) => {
                self.parts.retain(|(id, _), _| *id != upload);
                answer(204, "")
            }
            ("DELETE", None) => {
                self.objects.remove(&key);
                answer(204, "")
            }
            _ => problem(400, "InvalidRequest"),
        }
    }

    fn read(&self, key: &str) -> Answer {
        let Some((bytes, at)) = self.objects.get(key) else { return problem(404, "NoSuchKey") };
        let mut found = tagged(answer(200, bytes.clone()), bytes);
        found.headers.push(("Last-Modified", stored_at(*at).format(&Rfc2822).unwrap()));
        found
    }

    fn list(&self, asked: &Asked) -> Answer {
        let prefix = asked.parameter("prefix").unwrap_or_default();
        let after = asked.parameter("start-after").unwrap_or_default();
        let mut xml = String::from("<ListBucketResult>");
        for (key, (bytes, at)) in &self.objects {
            if key.starts_with(&prefix) && *key > after {
                let at = stored_at(*at).format(&Rfc3339).unwrap();
                xml.push_str(&format!(
                    "<Contents><Key>{key}</Key><LastModified>{at}</LastModified><ETag>\"x\"</ETag><Size>{}</Size></Contents>",
                    bytes.len()
                ));
            }
        }
        xml.push_str("<IsTruncated>false</IsTruncated></ListBucketResult>");
        answer(200, xml)
    }
}

fn stored_at(at: Option<SystemTime>) -> OffsetDateTime {
    OffsetDateTime::from(at.unwrap_or_else(SystemTime::now)).replace_nanosecond(0).unwrap()
}

fn tagged(mut answer: Answer, bytes: &[u8]) -> Answer {
    answer.headers.push(("ETag", format!("\"{}\"", &hex(&Sha256::digest(bytes))[..32])));
    answer
}

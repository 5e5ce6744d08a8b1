//! The messages of PostgreSQL's protocol, as far as a proxy has to know them.

use std::collections::HashMap;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest message that is believed.
const LONGEST: usize = 64 << 20;

/// What a client sends and then waits for.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    /// Whether a "ready for query" answers it.
    pub(super) is_answered: bool,
    /// The text of its last statement.
    pub(super) text: String,
}

/// The texts of the statements that a client has prepared, by their names.
pub(super) type Prepared = HashMap<Vec<u8>, String>;

/// The first message of a connection: it has no type. With the code that stands in place of a version.
pub(super) async fn first(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(u32, Vec<u8>)> {
    let length = from.read_u32().await?;
    let mut bytes = length.to_be_bytes().to_vec();
    rest(from, length, &mut bytes).await?;
    let code = bytes.get(4..8).and_then(|code| code.try_into().ok()).map_or(0, u32::from_be_bytes);
    Ok((code, bytes))
}

/// The next message, type and length included.
pub(super) async fn next(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut bytes = vec![from.read_u8().await?];
    let length = from.read_u32().await?;
    bytes.extend(length.to_be_bytes());
    rest(from, length, &mut bytes).await?;
    Ok(bytes)
}

async fn rest(from: &mut (impl AsyncRead + Unpin), length: u32, bytes: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let body = length.checked_sub(4).filter(|body| *body < LONGEST).ok_or(io::ErrorKind::InvalidData)?;
    let start = bytes.len();
    bytes.resize(start + body, 0);
    from.read_exact(&mut bytes[start..]).await.map(|_| ())
}

/// Everything up to what the server answers.
pub(super) async fn request(from: &mut (impl AsyncRead + Unpin), prepared: &mut Prepared) -> io::Result<Request> {
    let mut request = Request::default();
    loop {
        let frame = next(from).await?;
        let mut texts = frame[5..].split(|byte| *byte == 0);
        let mut text = || texts.next().unwrap_or_default();
        match frame[0] {
            b'Q' => request.text = String::from_utf8_lossy(text()).into_owned(),
            b'P' => {
                let (name, sql) = (text().to_vec(), String::from_utf8_lossy(text()).into_owned());
                request.text.clone_from(&sql);
                prepared.insert(name, sql);
            }
            b'B' => {
                let (_portal, name) = (text(), text());
                request.text = prepared.get(name).cloned().unwrap_or_default();
            }
            _ => {}
        }
        request.bytes.extend(&frame);
        // What follows these is of the same request.
        if !matches!(frame[0], b'P' | b'B' | b'D' | b'E' | b'C') {
            request.is_answered = matches!(frame[0], b'Q' | b'S');
            return Ok(request);
        }
    }
}

/// A statement that fails wherever it is sent.
pub(super) fn failing() -> Vec<u8> {
    let text = b"SELECT 1 / 0\0";
    let length = u32::try_from(text.len() + 4).unwrap_or(0).to_be_bytes();
    [&b"Q"[..], &length, text].concat()
}

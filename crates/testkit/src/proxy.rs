//! A proxy on the loopback interface: it takes `CONNECT`, writes down for which host, and leads every tunnel to one server
//! of the test's, whatever the host is called. So names that nobody can resolve are reached through it, and only so.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// A running proxy. It ends with the program that started it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy on a free port whose tunnels lead to `server`.
    ///
    /// # Errors
    /// When no port can be listened on, or the thread cannot be started.
    pub fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&asked);
        std::thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            for client in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || tunnel(client, server, &log));
            }
        })?;
        Ok(Self { address, asked })
    }

    /// Its address, as `http_proxy` has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first lines of all requests so far, such as `CONNECT model.test:443 HTTP/1.1`.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One client. Whatever goes wrong ends the connection, which is all that a client sees of a proxy in trouble.
fn tunnel(client: TcpStream, server: SocketAddr, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let first = line.trim_end().to_owned();
    while line.trim_end() != "" {
        line.clear();
        reader.read_line(&mut line).ok()?;
    }
    let is_connect = first.starts_with("CONNECT ");
    log.lock().unwrap_or_else(PoisonError::into_inner).push(first);
    let mut client = client;
    if !is_connect {
        return client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").ok();
    }
    let upstream = TcpStream::connect(server).ok()?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    let (back, forth) = (upstream.try_clone().ok()?, client.try_clone().ok()?);
    let answers = std::thread::spawn(move || pump(back, forth));
    pump(reader, upstream);
    answers.join().ok()
}

fn pump(mut from: impl Read, mut to: TcpStream) {
    // A broken connection is the end of it, for both.
    let _ended = io::copy(&mut from, &mut to);
    let _ended = to.shutdown(Shutdown::Write);
}

//! Serves the scripted model until it is ended, and prints its URL: `fake-model [--port N] [--script FILE]
//! [--log FILE]`. The script is JSON; without one, the usual cases are served. The log gets a JSON object for each
//! request.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use testkit::model::{ModelServer, Script};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut port, mut script, mut log) = (0, Script::usual(), None);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(option) = arguments.next() {
        let name = option.to_string_lossy().into_owned();
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--port" => port = value.to_string_lossy().parse()?,
            "--script" => script = serde_json::from_reader(File::open(PathBuf::from(value))?)?,
            "--log" => log = Some(File::create(PathBuf::from(value))?),
            _ => return Err(format!("{name} is no option; use --port, --script or --log").into()),
        }
    }
    let server = ModelServer::start_on(port, script, log)?;
    let mut out = io::stdout();
    writeln!(out, "{}", server.url())?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}

//! Has the detectors hear many events of an attempt and prints how many. `cargo xtask bench --only engine` measures the
//! whole process from outside.
//!
//! `watch EVENTS`: messages in pieces, thoughts, reads and commands with results of four thousand bytes, of which every
//! other one repeats the one before, and a prompt now and then.

use std::io::{self, Write as _};

use conductor_engine::agent_event::{AgentEvent, ToolKind, ToolNews, ToolStatus};
use conductor_engine::detect::Watcher;

type Problem = Box<dyn std::error::Error>;

/// A result as long as an event may hold, with moments, processes and digests in it.
fn result(n: u64) -> String {
    let line = format!("test store::case_{n} ... ok in 0.{n}s (pid {n}) at 2026-11-28T12:00:07Z 0x{n:08x}\n");
    line.repeat(4_000 / line.len())
}

fn event(n: u64) -> AgentEvent {
    let id = (n / 5).to_string();
    let tool = |status, input, output| {
        let kind = Some(ToolKind::Execute);
        AgentEvent::Tool(ToolNews {
            id,
            tool: kind,
            status: Some(status),
            input,
            output,
            ..ToolNews::default()
        })
    };
    match n % 5 {
        0 => AgentEvent::Message { text: format!("Now I look at part {n}. "), part: true },
        1 => AgentEvent::Thought { text: "It may be the index.".repeat(20), part: false },
        2 => tool(ToolStatus::Running, Some(format!("{{\"command\":\"cargo test part{}\"}}", n / 10)), None),
        3 => tool(ToolStatus::Done, None, Some(result(n / 10))),
        _ if n % 50 == 49 => AgentEvent::Prompted { turn: 2, characters: 100 },
        _ => AgentEvent::Message { text: "That is done.\n".to_owned(), part: false },
    }
}

fn main() -> Result<(), Problem> {
    let events: u64 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let mut watcher = Watcher::default();
    let found = (0..events).filter_map(|n| watcher.hear(&event(n))).count();
    writeln!(io::stdout(), "{}", events + u64::try_from(found)?)?;
    Ok(())
}

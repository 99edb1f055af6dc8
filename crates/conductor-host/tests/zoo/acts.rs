//! What animals do that print text or the lines of a known program. Each returns its exit code.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};

use crate::cage::{HELD, UP};

/// What an animal has.
pub(crate) struct Stage {
    /// How much a flood is.
    pub(crate) bytes: u64,
    /// Held by it and by all that it starts.
    _held: File,
}

impl Stage {
    pub(crate) fn new(bytes: u64) -> Self {
        let held = File::open(Self::path(HELD)).expect("the lock");
        rustix::io::fcntl_setfd(&held, rustix::io::FdFlags::empty()).expect("inheritable");
        flock(&held, FlockOperation::LockShared).expect("the lock");
        Self { bytes, _held: held }
    }

    /// A place beside the workspace.
    pub(crate) fn path(name: &str) -> PathBuf {
        PathBuf::from(std::env::var_os("CONDUCTOR_WORKSPACE").expect("a workspace")).join("..").join(name)
    }

    /// Says that it may be stopped.
    pub(crate) fn up() {
        fs::write(Self::path(UP), "up\n").expect("told");
    }

    /// Prints bytes. Whether anybody hears them is no business of an animal's.
    pub(crate) fn print(bytes: &[u8]) -> bool {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).is_ok()
    }

    pub(crate) fn value(value: &Value) -> bool {
        Self::print(format!("{value}\n").as_bytes())
    }

    /// Prints a piece again and again, so often that it is a flood.
    fn flood(&self, piece: &[u8], mut print: impl FnMut(&[u8]) -> bool) {
        let block = piece.repeat(65_536 / piece.len() + 1);
        let mut left = self.bytes;
        while left > 0 && print(&block) {
            left = left.saturating_sub(u64::try_from(block.len()).unwrap_or(u64::MAX));
        }
    }

    pub(crate) fn hang() -> u8 {
        loop {
            std::thread::park();
        }
    }

    /// Signals that ask it to end do not end it.
    pub(crate) fn be_deaf() {
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT, signal_hook::consts::SIGHUP]
        {
            signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false))).expect("deaf");
        }
    }

    /// The other end of the pipe sees an end.
    pub(crate) fn close_output() {
        let null = OpenOptions::new().write(true).open("/dev/null").expect("null");
        rustix::stdio::dup2_stdout(&null).expect("closed");
    }
}

fn error(bytes: &[u8]) -> bool {
    io::stderr().lock().write_all(bytes).is_ok()
}

const LINE: &[u8] =
    b"a line of a build that prints what it does, as builds do, in about as many words as this one has, and then once more, and \
    so on: warning: unused variable `x` --> src/a/module/of/the/program.rs:17:42 | help: if this is intentional, prefix \
    it with an underscore: `_x`; note: `#[warn(unused_variables)]` is on by default; Compiling a-crate v0.1.0 (a/path)\n";

pub(crate) fn many_lines(stage: &mut Stage) -> u8 {
    stage.flood(LINE, Stage::print);
    Stage::print(b"\ndone\n");
    0
}

pub(crate) fn endless_line(stage: &mut Stage) -> u8 {
    stage.flood(&[b'x'; 4096], Stage::print);
    0
}

pub(crate) fn many_errors(stage: &mut Stage) -> u8 {
    stage.flood(LINE, error);
    Stage::print(b"done\n");
    0
}

pub(crate) fn empty_lines(_: &mut Stage) -> u8 {
    Stage::print(&[b'\n'; 65_536]);
    Stage::print(b"done\n");
    0
}

pub(crate) fn broken_text(_: &mut Stage) -> u8 {
    let garbage: Vec<u8> = (0..=255_u8).filter(|byte| *byte != b'\n').collect();
    for _ in 0..500 {
        Stage::print(&garbage);
        Stage::print(b"\xe2\x82\n\xf0\x9f\n\xed\xa0\x80\0\n");
    }
    Stage::print(b"\ndone \xff\n");
    0
}

pub(crate) fn half_line(_: &mut Stage) -> u8 {
    Stage::print(b"a whole line\n\nhalf");
    0
}

pub(crate) fn nested_contract(_: &mut Stage) -> u8 {
    Stage::print(format!("{{\"conductor\":\"message\",\"text\":{}\n", "[".repeat(60_000)).as_bytes());
    Stage::value(&json!({"conductor": "message", "text": "done"}));
    0
}

pub(crate) fn closes_output(_: &mut Stage) -> u8 {
    Stage::close_output();
    fs::write("made", "work\n").expect("work");
    0
}

pub(crate) fn does_nothing(_: &mut Stage) -> u8 {
    Stage::print(b"I have changed all files.\n\neverything is done\n");
    0
}

pub(crate) fn hangs(_: &mut Stage) -> u8 {
    Stage::hang()
}

pub(crate) fn prints_for_ever(_: &mut Stage) -> u8 {
    while Stage::print(LINE) {}
    Stage::hang()
}

fn result_file() -> PathBuf {
    std::env::var_os("CONDUCTOR_RESULT_FILE").expect("a result file").into()
}

pub(crate) fn garbage_result(_: &mut Stage) -> u8 {
    fs::write(result_file(), [b"{\"status\":".to_vec(), b"[".repeat(500_000)].concat()).expect("written");
    Stage::print(b"done\n");
    0
}

fn desk_file() -> PathBuf {
    Stage::path("attempt/desk/calls.jsonl")
}

/// Hears nothing any more before all of it was read: the last call comes after all others.
fn call_and_wait(lines: &[u8]) -> u8 {
    let mut file = OpenOptions::new().append(true).open(desk_file()).expect("the desk");
    file.write_all(lines).expect("written");
    let last = "f".repeat(32);
    writeln!(file, "\n{}", call(&last, &token(), "note")).expect("written");
    let reply = Stage::path(&format!("attempt/desk/replies/{last}.json"));
    while !reply.exists() {
        std::thread::yield_now();
    }
    Stage::print(b"done\n");
    0
}

fn call(id: &str, token: &str, tool: &str) -> Value {
    json!({"v": 1, "id": id, "token": token, "call": {"tool": tool, "arguments": {"text": "x"}}})
}

/// Where an agent of the user's own finds it.
fn token() -> String {
    let path = std::env::var_os("CONDUCTOR_MCP_CONFIG").expect("tools");
    let config: Value = serde_json::from_slice(&fs::read(path).expect("tools")).expect("JSON");
    let env = config.pointer("/mcpServers/conductor/env").and_then(Value::as_object).expect("variables");
    let tokens = env.iter().find(|(name, _)| name.contains("TOKEN")).and_then(|(_, value)| value.as_str());
    tokens.expect("a token").to_owned()
}

pub(crate) fn desk_garbage(_: &mut Stage) -> u8 {
    let mut lines = b"\xff garbage {\"v\":1}\n{}\n".repeat(20_000);
    lines.extend(b"x".repeat(3 << 20));
    call_and_wait(&lines)
}

pub(crate) fn desk_calls(_: &mut Stage) -> u8 {
    let token = token();
    let lines: Vec<String> =
        (0..600).map(|n| call(&format!("{n:032x}"), &token, "progress").to_string()).collect();
    call_and_wait(lines.join("\n").as_bytes())
}

pub(crate) fn desk_strangers(_: &mut Stage) -> u8 {
    let stranger = "0".repeat(32);
    let lines: Vec<String> =
        (0..3000).map(|n| call(&format!("{n:032x}"), &stranger, "progress").to_string()).collect();
    call_and_wait(lines.join("\n").as_bytes())
}

fn says(text: &str) -> Value {
    json!({"type": "assistant", "message": {"content": [{"type": "text", "text": text}]}})
}

fn succeeds() -> bool {
    Stage::value(&json!({"type": "result", "subtype": "success", "is_error": false, "result": "done"}))
}

fn uses_tool(id: &str) -> bool {
    let block = json!({"type": "tool_use", "id": id, "name": "Bash", "input": {"command": "make"}});
    Stage::value(&json!({"type": "assistant", "message": {"content": [block]}}))
}

pub(crate) fn many_values(stage: &mut Stage) -> u8 {
    let piece =
        json!({"type": "stream_event", "event": {"type": "content_block_delta", "text": "x".repeat(4000)}});
    stage.flood(format!("{piece}\n").as_bytes(), Stage::print);
    Stage::value(&says("done"));
    u8::from(!succeeds())
}

pub(crate) fn value_inside(_: &mut Stage) -> u8 {
    let outer = says("done").to_string();
    let (before, after) = outer.split_at(30);
    Stage::print(format!("{before}{{\"type\":\"system\",\"subtype\":\"status\"}}{after}\n").as_bytes());
    u8::from(!succeeds())
}

pub(crate) fn broken_values(_: &mut Stage) -> u8 {
    for _ in 0..500 {
        Stage::print(b"{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"\xff\xfe\"}]}}\n");
        Stage::print(b"{\"type\":\"assistant\",\"mess\n\n\0\n");
    }
    Stage::value(&says("done"));
    u8::from(!succeeds())
}

pub(crate) fn half_result(_: &mut Stage) -> u8 {
    Stage::value(&says("done"));
    Stage::print(b"{\"type\":\"result\",\"subtype\":\"success\",\"is_err");
    0
}

pub(crate) fn succeeds_and_fails(_: &mut Stage) -> u8 {
    Stage::value(&says("done"));
    succeeds();
    1
}

pub(crate) fn no_result(_: &mut Stage) -> u8 {
    Stage::value(&says("done"));
    0
}

pub(crate) fn limited(_: &mut Stage) -> u8 {
    for attempt in 0.. {
        let retry = json!({"type": "system", "subtype": "api_retry", "attempt": attempt, "error_status": 429,
            "retry_delay_ms": 3_600_000, "error": "rate_limit"});
        if !Stage::value(&retry) {
            break;
        }
    }
    Stage::hang()
}

pub(crate) fn huge_numbers(_: &mut Stage) -> u8 {
    for number in
        ["1e400", "-1e999999", "123456789012345678901234567890", "18446744073709551615", "1e18", "-0.0"]
    {
        Stage::print(
            format!(
                "{{\"type\":\"system\",\"subtype\":\"api_retry\",\"error_status\":{number},\"retry_delay_ms\":{number}}}\n\
                 {{\"type\":\"rate_limit_event\",\"rate_limit_info\":{{\"status\":\"allowed\",\"resetsAt\":{number}}}}}\n\
                 {{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"total_cost_usd\":{number},\
                 \"usage\":{{\"input_tokens\":{number},\"cache_read_input_tokens\":{number}}},\"result\":\"x\"}}\n"
            )
            .as_bytes(),
        );
    }
    Stage::value(&says("done"));
    u8::from(!succeeds())
}

pub(crate) fn deep_values(_: &mut Stage) -> u8 {
    for (open, close) in [("[", "]"), ("{\"type\":", "}")] {
        let (many, few) = (open.repeat(300_000), open.repeat(100));
        Stage::print(format!("{{\"type\":\"x\",\"a\":{many}\n").as_bytes());
        Stage::print(format!("{{\"type\":\"assistant\",\"a\":{few}1{}}}\n", close.repeat(100)).as_bytes());
    }
    Stage::print(format!("{}\n", "{\"type\":\"".repeat(100_000)).as_bytes());
    Stage::value(&says("done"));
    u8::from(!succeeds())
}

pub(crate) fn many_tools(_: &mut Stage) -> u8 {
    for number in 0..1500 {
        uses_tool(&format!("{number}-{}", "x".repeat(200)));
    }
    Stage::value(&says("done"));
    u8::from(!succeeds())
}

pub(crate) fn silent_in_tool(_: &mut Stage) -> u8 {
    uses_tool("1");
    Stage::hang()
}

pub(crate) fn silent_after_tool(_: &mut Stage) -> u8 {
    uses_tool("1");
    let block = json!({"type": "tool_result", "tool_use_id": "1", "content": "made"});
    Stage::value(&json!({"type": "user", "message": {"content": [block]}}));
    Stage::hang()
}

pub(crate) fn codex_fails(_: &mut Stage) -> u8 {
    Stage::value(&json!({"type": "thread.started", "thread_id": "t"}));
    Stage::value(&json!({"type": "item.completed", "item": {"type": "agent_message", "text": "done"}}));
    Stage::value(&json!({"type": "turn.completed", "usage": {"input_tokens": 5, "output_tokens": 2}}));
    1
}

pub(crate) fn codex_limited(_: &mut Stage) -> u8 {
    for number in 0.. {
        let words = format!("Reconnecting... {number}/5 (status 429 Too Many Requests, try again in 5h)");
        if !Stage::value(&json!({"type": "error", "message": words})) {
            break;
        }
    }
    Stage::hang()
}

pub(crate) fn gemini_limited(_: &mut Stage) -> u8 {
    while error(b"Attempt 1 failed with status 429. Retrying after 3600000ms...\n") {}
    Stage::hang()
}

pub(crate) fn gemini_status(_: &mut Stage) -> u8 {
    Stage::value(&json!({"type": "init", "session_id": "s"}));
    144
}

pub(crate) fn opencode_middle(_: &mut Stage) -> u8 {
    Stage::value(&json!({"type": "text", "sessionID": "s", "part": {"text": "done"}}));
    Stage::value(
        &json!({"type": "step_finish", "sessionID": "s", "part": {"reason": "tool-calls", "cost": 0}}),
    );
    1
}

/// Lines that it is told.
pub(crate) fn hear() -> Option<Value> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).ok().filter(|count| *count > 0)?;
    serde_json::from_str(&line).ok()
}

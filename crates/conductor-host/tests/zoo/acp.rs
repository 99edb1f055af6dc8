//! What animals do that speak the protocol. Each returns its exit code.

use std::fs;

use serde_json::{Value, json};

use crate::acts::{Stage, hear};
use crate::cage::VICTIM;

fn answer(id: &Value, result: &Value) -> bool {
    Stage::value(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
}

fn tell(update: &Value) -> bool {
    let params = json!({"sessionId": "zoo", "update": update});
    Stage::value(&json!({"jsonrpc": "2.0", "method": "session/update", "params": params}))
}

fn say(text: &str) -> bool {
    tell(&json!({"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}))
}

fn ask(id: &Value, call: &Value) -> bool {
    let options =
        json!([{"optionId": "yes", "kind": "allow_once"}, {"optionId": "no", "kind": "reject_once"}]);
    let params = json!({"sessionId": "zoo", "toolCall": call, "options": options});
    Stage::value(
        &json!({"jsonrpc": "2.0", "id": id, "method": "session/request_permission", "params": params}),
    )
}

fn end_turn(prompt: &Value) -> bool {
    answer(prompt, &json!({"stopReason": "end_turn"}))
}

/// Answers all that comes before the next prompt; its id, or `None` when nobody talks any more.
fn prompted() -> Option<Value> {
    loop {
        let message = hear()?;
        let id = message.get("id").cloned().unwrap_or_default();
        match message.get("method").and_then(Value::as_str) {
            Some("session/prompt") => return Some(id),
            Some("initialize") => answer(&id, &json!({"protocolVersion": 1, "agentCapabilities": {}})),
            Some("session/new") => answer(&id, &json!({"sessionId": "zoo"})),
            Some(_) | None => !id.is_null() && answer(&id, &json!({})),
        };
    }
}

/// Hears until its input ends, as good agents do.
fn listen() -> u8 {
    while hear().is_some() {}
    0
}

/// One turn: what is done in it, then its end.
fn turn(act: impl FnOnce(&Value)) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    act(&prompt);
    say("done");
    end_turn(&prompt);
    listen()
}

fn cancelled() -> bool {
    while let Some(message) = hear() {
        if message.get("method").and_then(Value::as_str) == Some("session/cancel") {
            return true;
        }
    }
    false
}

pub(crate) fn never_exits(_: &mut Stage) -> u8 {
    Stage::be_deaf();
    turn(|_| ());
    Stage::hang()
}

pub(crate) fn answers_late(_: &mut Stage) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    Stage::up();
    if !cancelled() {
        return 1;
    }
    for _ in 0..100 {
        say("I go on all the same. ");
    }
    ask(&json!("late"), &json!({"toolCallId": "1", "kind": "execute"}));
    end_turn(&prompt);
    listen()
}

pub(crate) fn never_answers(_: &mut Stage) -> u8 {
    let _prompt = prompted();
    Stage::up();
    Stage::hang()
}

pub(crate) fn asks_unknown(_: &mut Stage) -> u8 {
    turn(|_| {
        for number in 0..20 {
            ask(
                &json!(format!("ask-{number}")),
                &json!({"toolCallId": format!("nobody-{number}"), "kind": "fetch"}),
            );
            let _answer = hear();
        }
        ask(&json!("x"), &Value::Null);
        ask(&json!(-5), &json!({"toolCallId": {"a": 1}, "kind": 7, "title": []}));
    })
}

/// So many that what they are answered would fill the memory.
pub(crate) fn asks_deaf(_: &mut Stage) -> u8 {
    let Some(_) = prompted() else { return 1 };
    let long = "x".repeat(4000);
    for number in 0.. {
        if !ask(&json!(format!("{number}{long}")), &json!({"toolCallId": "1", "kind": "read"})) {
            break;
        }
    }
    Stage::hang()
}

pub(crate) fn many_tools(_: &mut Stage) -> u8 {
    turn(|_| {
        for number in 0..2100 {
            tell(&json!({"sessionUpdate": "tool_call", "toolCallId": number.to_string(), "title": "t",
                "kind": "execute", "status": "in_progress"}));
        }
    })
}

pub(crate) fn answers_unasked(_: &mut Stage) -> u8 {
    turn(|_| {
        for id in [json!(4711), json!("nobody"), json!(null), json!(-1), json!(1.5)] {
            answer(&id, &json!({"stopReason": "refusal"}));
            Stage::value(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": "no"}}));
        }
        Stage::value(&json!({"jsonrpc": "2.0"}));
        Stage::value(&json!({"jsonrpc": "1.0", "method": 5, "params": "x"}));
        Stage::value(&json!({}));
    })
}

pub(crate) fn answers_twice(_: &mut Stage) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    say("done");
    end_turn(&prompt);
    end_turn(&prompt);
    answer(&prompt, &json!({"stopReason": "refusal"}));
    listen()
}

pub(crate) fn batch(_: &mut Stage) -> u8 {
    turn(|prompt| {
        let wrong = json!({"jsonrpc": "2.0", "id": prompt, "result": {"stopReason": "refusal"}});
        Stage::value(&json!([wrong, wrong]));
        Stage::value(&json!([]));
    })
}

pub(crate) fn deep(_: &mut Stage) -> u8 {
    turn(|_| {
        for depth in [100, 120, 300_000] {
            let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let update = "{\"jsonrpc\":\"2.0\",\"method\":\"session/update\",\"params\":";
            Stage::print(format!("{update}{deep}}}\n").as_bytes());
            let call = "{\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"d\",\"rawInput\":";
            Stage::print(format!("{update}{{\"update\":{call}{deep}}}}}}}\n").as_bytes());
        }
        tell(&json!({"sessionUpdate": "tool_call_update", "toolCallId": "d", "status": "completed"}));
    })
}

pub(crate) fn huge_numbers(_: &mut Stage) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    for number in ["1e400", "123456789012345678901234567890", "18446744073709551615", "-1e300", "1e-300"] {
        let start = "{\"jsonrpc\":\"2.0\",\"method\":";
        Stage::print(
            format!(
                "{start}\"session/update\",\"params\":{{\"update\":{{\"sessionUpdate\":\"usage_update\",\"used\":{number},\
                 \"size\":{number},\"cost\":{{\"amount\":{number},\"currency\":\"USD\"}}}}}}}}\n\
                 {start}\"_session/retrying\",\"params\":{{\"statusCode\":{number},\"delayMs\":{number}}}}}\n\
                 {{\"jsonrpc\":\"2.0\",\"id\":{number},\"result\":{{}}}}\n\
                 {{\"jsonrpc\":\"2.0\",\"id\":{number},\"method\":\"session/request_permission\",\"params\":{{}}}}\n"
            )
            .as_bytes(),
        );
    }
    say("done");
    answer(
        &prompt,
        &json!({"stopReason": "end_turn",
        "usage": {"inputTokens": u64::MAX, "outputTokens": u64::MAX, "totalTokens": -1, "cachedReadTokens": u64::MAX}}),
    );
    listen()
}

/// A line that is as long as any may be and has as many values as fit.
pub(crate) fn heavy_line(_: &mut Stage) -> u8 {
    turn(|_| {
        let values = "0,".repeat(4_900_000);
        let update =
            "{\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"h\",\"status\":\"completed\",\"rawInput\":[";
        Stage::print(b"{\"jsonrpc\":\"2.0\",\"method\":\"session/update\",\"params\":{\"update\":");
        Stage::print(format!("{update}{values}0]}}}}}}\n").as_bytes());
    })
}

/// As much of each tool call as is remembered.
pub(crate) fn long_paths(_: &mut Stage) -> u8 {
    turn(|_| {
        for number in 0..3 {
            let path = |n: usize| json!({"path": format!("/{n}/{}", "p".repeat(15_000))});
            let places: Vec<Value> = (0..50).map(path).collect();
            tell(&json!({"sessionUpdate": "tool_call", "toolCallId": number.to_string(), "kind": "edit",
                "status": "completed", "locations": places}));
        }
    })
}

pub(crate) fn exits_first(_: &mut Stage) -> u8 {
    let _initialize = hear();
    0
}

pub(crate) fn half_answer(_: &mut Stage) -> u8 {
    let _initialize = hear();
    Stage::print(b"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVer");
    4
}

pub(crate) fn wrong_version(_: &mut Stage) -> u8 {
    let id = hear().and_then(|message| message.get("id").cloned()).unwrap_or_default();
    answer(&id, &json!({"protocolVersion": 7, "agentCapabilities": {}}));
    listen()
}

pub(crate) fn exits_in_turn(_: &mut Stage) -> u8 {
    let _prompt = prompted();
    say("I was at it");
    0
}

pub(crate) fn closes_output(_: &mut Stage) -> u8 {
    let _prompt = prompted();
    Stage::close_output();
    let _cancelled = cancelled();
    0
}

pub(crate) fn silent(_: &mut Stage) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    say("thinking");
    if cancelled() {
        answer(&prompt, &json!({"stopReason": "cancelled"}));
    }
    listen()
}

pub(crate) fn limited(_: &mut Stage) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    let params = json!({"sessionId": "zoo", "statusCode": 429, "delayMs": 3_600_000});
    for _ in 0..1000 {
        Stage::value(&json!({"jsonrpc": "2.0", "method": "_session/retrying", "params": params}));
    }
    if cancelled() {
        answer(&prompt, &json!({"stopReason": "cancelled"}));
    }
    listen()
}

pub(crate) fn asks_for_ever(_: &mut Stage) -> u8 {
    for number in 0.. {
        let Some(prompt) = prompted() else { return u8::from(number == 0) };
        say(&format!("QUESTION: and {number} again?"));
        end_turn(&prompt);
    }
    0
}

/// What is kept beside the transcript, and what might be.
const KEPT: &[&str] =
    &["session.json", "prompt-2.md", "wire.jsonl", "transcript.jsonl", "result.json", "mcp.json"];

fn replace_files(make: impl Fn(&std::path::Path)) {
    for name in KEPT {
        let path = Stage::path(&format!("attempt/{name}"));
        let _not_there = fs::remove_file(&path);
        make(&path);
    }
}

fn pipe(path: &std::path::Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
}

pub(crate) fn pipes_for_files(_: &mut Stage) -> u8 {
    turn(|_| replace_files(pipe))
}

/// Whoever writes through a link changes a file that is looked at when all is over.
pub(crate) fn links_for_files(_: &mut Stage) -> u8 {
    turn(|_| replace_files(|path| std::os::unix::fs::symlink(Stage::path(VICTIM), path).expect("a link")))
}

pub(crate) fn spoils_prompt(_: &mut Stage) -> u8 {
    let Some(prompt) = prompted() else { return 1 };
    replace_files(pipe);
    say("QUESTION: again?");
    end_turn(&prompt);
    turn(|_| ())
}

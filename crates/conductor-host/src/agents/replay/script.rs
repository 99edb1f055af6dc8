//! Which line of a recording comes next, without a process and without a clock: what the agent said after a line of
//! Conductor's is said again only after Conductor's line of now has come.
//!
//! Over the Agent Client Protocol the requests of now and of then are told apart by their methods and their order, since
//! ids are given anew each time: the n-th request of a method is taken for the recorded n-th, and the recorded answer
//! gets the id of now. The agent's own requests keep their ids.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::super::wire::{Way, WireLine};

/// The code of an answer to a request that the recording does not have.
const METHOD_NOT_FOUND: i32 = -32601;

/// A recording that is being played.
#[derive(Debug)]
pub(in super::super) struct Script {
    lines: Vec<WireLine>,
    at: usize,
    /// What Conductor said when it was recorded.
    said: Vec<Said>,
    /// Before this line nothing is waited for.
    open: usize,
    /// Answers to what the recording does not have.
    replies: VecDeque<String>,
    /// Before which line the files are changed, while they are not.
    change: Option<usize>,
}

/// A line of Conductor's.
#[derive(Debug)]
struct Said {
    line: usize,
    key: Key,
    /// The id when it was recorded.
    then: Option<Value>,
    /// The id now; `None` while it has not come.
    now: Option<Value>,
    heard: bool,
}

/// By what a line of then and one of now are taken for the same.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Request(String),
    Notification(String),
    /// An answer to the agent's own request.
    Answer(Value),
    /// Anything else.
    Other,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Next {
    /// A line of the agent's.
    Line {
        /// Which stream it goes to.
        way: Way,
        /// When it was said, in milliseconds; `None` for an answer that the recording does not have.
        ms: Option<u64>,
        /// The line.
        text: String,
    },
    /// What the agent changed in its workspace is changed now.
    Change,
    /// Conductor has to say something first.
    Wait,
    /// It is over.
    Over,
}

impl Script {
    /// A recording from its beginning.
    pub(in super::super) fn new(lines: Vec<WireLine>) -> Self {
        let said = lines.iter().enumerate().filter(|(_, line)| line.way == Way::In).map(|(at, line)| {
            let (key, then) = key(&line.line);
            Said { line: at, key, then, now: None, heard: false }
        });
        Self { said: said.collect(), lines, at: 0, open: 0, replies: VecDeque::new(), change: None }
    }

    /// The same with a moment for what the agent changed: before the line that ends its turn.
    pub(super) fn with_change(mut self) -> Self {
        let prompts = self.said.iter().filter(|said| said.key == Key::Request(PROMPT.to_owned()));
        let last = prompts.filter_map(|said| said.then.clone()).next_back();
        let ends = |line: &WireLine| {
            line.way == Way::Out && last.as_ref().is_some_and(|id| answer_to(&line.line).as_ref() == Some(id))
        };
        let end = self.lines.iter().position(ends);
        let end = end.or_else(|| self.lines.iter().rposition(|line| line.way == Way::Out));
        self.change = Some(end.unwrap_or(self.lines.len()));
        self
    }

    /// Conductor says something.
    pub(in super::super) fn hear(&mut self, line: &str) {
        let (key, id) = key(line);
        match self.said.iter_mut().find(|said| !said.heard && said.key == key) {
            Some(said) => {
                said.heard = true;
                said.now = id;
                self.open = self.open.max(said.line + 1);
            }
            None => self.reply(&key, id),
        }
    }

    /// Something that the recording does not have. What only sets something is taken as set.
    fn reply(&mut self, key: &Key, id: Option<Value>) {
        let (Key::Request(method), Some(id)) = (key, id) else { return };
        let answer = if method == SETTING {
            json!({"jsonrpc": "2.0", "id": id, "result": {}})
        } else {
            let message = format!("the recording has no such {method}");
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": METHOD_NOT_FOUND, "message": message}})
        };
        self.replies.push_back(answer.to_string());
    }

    /// The next line of the agent's, if one may come now.
    pub(in super::super) fn next(&mut self) -> Next {
        if let Some(text) = self.replies.pop_front() {
            return Next::Line { way: Way::Out, ms: None, text };
        }
        while let Some(line) = self.lines.get(self.at) {
            if line.way == Way::In && self.at >= self.open {
                return Next::Wait;
            }
            if self.change.is_some_and(|before| before <= self.at) {
                self.change = None;
                return Next::Change;
            }
            self.at += 1;
            let text = match line.way {
                Way::In | Way::Start | Way::Exit => continue,
                Way::Err => Some(line.line.clone()),
                Way::Out => self.with_ids_of_now(&line.line),
            };
            if let Some(text) = text {
                return Next::Line { way: line.way, ms: Some(line.ms), text };
            }
        }
        if self.change.take().is_some() { Next::Change } else { Next::Over }
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.at >= self.lines.len()
    }

    /// The line of Conductor's that is waited for.
    #[cfg(test)]
    pub(in super::super) fn awaited(&self) -> Option<&str> {
        let line = self.lines.get(self.at).filter(|line| line.way == Way::In)?;
        Some(&line.line)
    }

    /// Whether the line that was waited for has come.
    #[cfg(test)]
    pub(in super::super) fn next_is_open(&self) -> bool {
        self.at < self.open || !self.replies.is_empty()
    }

    /// Whether Conductor asked for something that was never answered: then the program ended by itself.
    pub(in super::super) fn was_cut_short(&self) -> bool {
        let asked = self.said.iter().rev().find(|said| matches!(said.key, Key::Request(_)));
        let answered =
            |then: &Value| self.lines.iter().any(|line| answer_to(&line.line).as_ref() == Some(then));
        asked.and_then(|said| said.then.as_ref()).is_some_and(|then| !answered(then))
    }

    /// `None` for an answer to something that Conductor has not asked this time.
    fn with_ids_of_now(&self, line: &str) -> Option<String> {
        let Some(id) = answer_to(line) else { return Some(line.to_owned()) };
        let asked = |said: &&Said| matches!(said.key, Key::Request(_)) && said.then.as_ref() == Some(&id);
        let now = self.said.iter().find(asked)?.now.clone()?;
        let mut answer: Value = serde_json::from_str(line).ok()?;
        answer.as_object_mut()?.insert("id".to_owned(), now);
        Some(answer.to_string())
    }
}

/// What begins a turn.
const PROMPT: &str = "session/prompt";

/// All ways to set something count as one: which one is used depends on what the agent offers first.
const SETTING: &str = "setting";

/// The two ways to go on with a session count as one.
const RESUMING: &str = "resuming";

fn key(line: &str) -> (Key, Option<Value>) {
    let Some(value) = object(line) else { return (Key::Other, None) };
    let id = value.get("id").cloned();
    let method = value.get("method").and_then(Value::as_str).map(|method| match method {
        "session/set_mode" | "session/set_model" | "session/set_config_option" => SETTING.to_owned(),
        "session/load" | "session/resume" => RESUMING.to_owned(),
        method => method.to_owned(),
    });
    match (method, &id) {
        (Some(method), Some(_)) => (Key::Request(method), id),
        (Some(method), None) => (Key::Notification(method), None),
        (None, Some(answered)) => (Key::Answer(answered.clone()), None),
        (None, None) => (Key::Other, None),
    }
}

/// The id of the request that a line answers.
fn answer_to(line: &str) -> Option<Value> {
    let value = object(line)?;
    let answers =
        value.get("method").is_none() && (value.get("result").is_some() || value.get("error").is_some());
    value.get("id").filter(|_| answers).cloned()
}

fn object(line: &str) -> Option<Value> {
    serde_json::from_str::<Value>(line).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(lines: &[(Way, &str)]) -> Script {
        let line = |(at, (way, line)): (usize, &(Way, &str))| WireLine {
            ms: u64::try_from(at).unwrap(),
            way: *way,
            line: (*line).to_owned(),
        };
        Script::new(lines.iter().enumerate().map(line).collect())
    }

    fn said(script: &mut Script) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            match script.next() {
                Next::Line { text, .. } => all.push(text),
                Next::Change => all.push("change".to_owned()),
                Next::Wait => return all,
                Next::Over => {
                    all.push("over".to_owned());
                    return all;
                }
            }
        }
    }

    #[test]
    fn answers_get_the_ids_of_now_and_nothing_is_said_before_its_time() {
        let mut script = script(&[
            (Way::Err, "hello"),
            (Way::In, r#"{"id":0,"method":"initialize"}"#),
            (Way::Out, r#"{"id":0,"result":{}}"#),
            (Way::In, r#"{"id":1,"method":"session/set_mode"}"#),
            (Way::Out, r#"{"id":1,"result":{}}"#),
            (Way::In, r#"{"id":2,"method":"session/prompt"}"#),
            (Way::Out, r#"{"id":2,"method":"session/request_permission"}"#),
            (Way::In, r#"{"id":2,"result":"yes"}"#),
            (Way::Out, r#"{"id":2,"result":"end"}"#),
        ]);
        assert_eq!(said(&mut script), ["hello"]);
        script.hear(r#"{"id":"a","method":"initialize"}"#);
        assert_eq!(said(&mut script), [r#"{"id":"a","result":{}}"#]);
        assert_eq!(said(&mut script), Vec::<String>::new());
        // Another way to set the mode, then one setting more than was recorded, and something unheard of.
        script.hear(r#"{"id":"b","method":"session/set_config_option"}"#);
        script.hear(r#"{"id":"c","method":"session/set_model"}"#);
        script.hear(r#"{"id":"d","method":"session/close"}"#);
        let all = said(&mut script);
        assert!(all[0].contains(r#""id":"c","result""#) && all[1].contains("-32601"), "{all:?}");
        assert_eq!(all[2..], [r#"{"id":"b","result":{}}"#]);
        script.hear(r#"{"id":"e","method":"session/prompt"}"#);
        assert_eq!(said(&mut script), [r#"{"id":2,"method":"session/request_permission"}"#]);
        script.hear(r#"{"id":2,"result":"no"}"#);
        assert_eq!(said(&mut script), [r#"{"id":"e","result":"end"}"#, "over"]);
    }

    #[test]
    fn what_is_not_asked_this_time_is_passed_over() {
        let lines = [
            (Way::In, r#"{"id":0,"method":"initialize"}"#),
            (Way::Out, r#"{"id":0,"result":{}}"#),
            (Way::In, r#"{"id":1,"method":"session/set_mode"}"#),
            (Way::Out, r#"{"id":1,"result":{}}"#),
            (Way::In, r#"{"id":2,"method":"session/prompt"}"#),
            (Way::Out, "not json"),
        ];
        let mut script = script(&lines);
        script.hear(r#"{"id":7,"method":"initialize"}"#);
        script.hear(r#"{"id":8,"method":"session/prompt"}"#);
        assert_eq!(said(&mut script), [r#"{"id":7,"result":{}}"#, "not json", "over"]);
        assert!(script.was_cut_short());
        let ended = (Way::Out, r#"{"id":2,"result":"end"}"#);
        let mut changing = self::script(&[&lines[..], &[ended, (Way::Out, "late")]].concat()).with_change();
        changing.hear(r#"{"id":8,"method":"session/prompt"}"#);
        assert_eq!(said(&mut changing), ["not json", "change", r#"{"id":8,"result":"end"}"#, "late", "over"]);
        let mut plain = self::script(&[(Way::Out, "a"), (Way::Out, "b")]).with_change();
        assert_eq!(said(&mut plain), ["a", "change", "b", "over"]);
        assert!(!self::script(&lines[..2]).was_cut_short());
        assert!(!self::script(&[(Way::Out, "x")]).was_cut_short());
    }
}

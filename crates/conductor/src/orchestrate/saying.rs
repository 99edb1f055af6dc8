//! What an agent says and does, as lines for people.

use conductor_engine::agent_event::{
    AgentEvent, Permit, PlanStep, StepStatus, Stream, ToolKind, ToolNews, ToolStatus,
};
use conductor_engine::attempt::Usage;
use conductor_host::transcript::Entry;
use jiff::Timestamp;

use super::story::dollars;

/// Tells entries of a transcript, pieces of a message as the message that they make.
#[derive(Debug, Default)]
pub(crate) struct Saying {
    /// What is being said, whose last line has not ended yet.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    at: Timestamp,
    mark: &'static str,
    text: String,
}

/// A line that goes on longer than this is told in pieces.
const LONGEST: usize = 4000;

impl Saying {
    /// The lines that an entry completes.
    pub(crate) fn hear(&mut self, entry: &Entry) -> Vec<String> {
        let (mark, text, part) = if let AgentEvent::Message { text, part } = &entry.event {
            ("", text, *part)
        } else if let AgentEvent::Thought { text, part } = &entry.event {
            ("~ ", text, *part)
        } else if let AgentEvent::Raw { .. } = &entry.event {
            // What comes between pieces and says nothing to people does not end a line.
            return Vec::new();
        } else {
            let mut lines = self.rest();
            lines.extend(line(&entry.event).map(|text| stamped(entry.at, &text)));
            return lines;
        };
        let mut lines = match &self.open {
            Some(open) if part && open.mark == mark => Vec::new(),
            Some(_) | None => self.rest(),
        };
        let open = self.open.get_or_insert_with(|| Open { at: entry.at, mark, text: String::new() });
        open.text.push_str(text);
        while let Some((head, tail)) = open.text.split_once('\n') {
            lines.extend((!head.trim().is_empty()).then(|| stamped(open.at, &format!("{mark}{head}"))));
            open.text = tail.to_owned();
        }
        if open.text.len() > LONGEST {
            lines.extend(self.rest());
        }
        lines
    }

    /// The line that has been begun, if there is one.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let open = self.open.take().filter(|open| !open.text.trim().is_empty());
        open.map(|open| stamped(open.at, &format!("{}{}", open.mark, open.text.trim_end())))
            .into_iter()
            .collect()
    }
}

fn stamped(at: Timestamp, text: &str) -> String {
    format!("{}  {text}", at.strftime("%H:%M:%S"))
}

/// An event in a line; `None` for what is of no interest to people.
fn line(event: &AgentEvent) -> Option<String> {
    Some(match event {
        AgentEvent::Started { agent, attempt, .. } => format!("{agent} begins attempt {attempt}"),
        AgentEvent::Session { id, resumed, model, mode } => {
            let verb = if *resumed { "goes on with" } else { "begins" };
            let with = [("model", model), ("mode", mode)];
            let with = with.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
            let with = with.collect::<Vec<_>>().join(", ");
            let with = if with.is_empty() { with } else { format!(" ({with})") };
            format!("{verb} its session {id}{with}")
        }
        AgentEvent::Prompted { turn: 1, characters } => {
            format!("is given a prompt of {characters} characters")
        }
        AgentEvent::Prompted { characters, .. } => format!("is told more, {characters} characters"),
        AgentEvent::Plan { steps } => format!("plan: {}", plan(steps)),
        AgentEvent::Tool(news) => return tool(news),
        AgentEvent::Permission { title, answer, why, .. } => {
            let answer = match answer {
                Permit::Allowed => "allowed",
                Permit::Refused => "refused",
                Permit::Cancelled => "not answered",
            };
            format!("may it: {title}? {answer} ({why})")
        }
        AgentEvent::Question { text, options } if options.is_empty() => format!("asks: {text}"),
        AgentEvent::Question { text, options } => format!("asks: {text} ({})", options.join(" | ")),
        AgentEvent::Answer { text } => format!("is answered: {text}"),
        AgentEvent::Blocker { text } => format!("cannot go on: {text}"),
        AgentEvent::Progress { text, percent: Some(percent) } => format!("{percent} %: {text}"),
        AgentEvent::Progress { text, percent: None } => format!("is at: {text}"),
        AgentEvent::Note { text } => format!("notes: {text}"),
        AgentEvent::Submitted { summary } => format!("says that it is done: {summary}"),
        AgentEvent::Usage { usage } => used(usage),
        AgentEvent::Limit { until: Some(until), .. } => {
            format!("met a limit of its provider until {until:.0}")
        }
        AgentEvent::Limit { until: None, .. } => "met a limit of its provider".to_owned(),
        AgentEvent::Retry { status, text, .. } => {
            let status = status.map_or_else(String::new, |status| format!(" {status}"));
            format!("tries its provider again:{status} {text}")
        }
        AgentEvent::Error { text } => format!("met an error: {text}"),
        AgentEvent::Output { stream: Stream::Stdout, line } => format!("| {line}"),
        AgentEvent::Output { stream: Stream::Stderr, line } => format!("! {line}"),
        AgentEvent::Finding { what, line } if line.is_empty() => format!("? {what}"),
        AgentEvent::Finding { what, line } => format!("? {what}: {line}"),
        AgentEvent::Verdict { verdict, told: true } => format!("is told that it goes nowhere ({verdict})"),
        AgentEvent::Verdict { verdict, told: false } => {
            format!("is ended, since it goes nowhere ({verdict})")
        }
        AgentEvent::End { outcome } => format!("over: {outcome}"),
        AgentEvent::Full => {
            "(the transcript is full: what the agent says from here on is left out)".to_owned()
        }
        AgentEvent::Message { .. } | AgentEvent::Thought { .. } | AgentEvent::Raw { .. } => return None,
    })
}

fn plan(steps: &[PlanStep]) -> String {
    let step = |step: &PlanStep| {
        let mark = match step.status {
            StepStatus::Done => "x",
            StepStatus::Active => ">",
            StepStatus::Pending => " ",
        };
        format!("[{mark}] {}", step.text)
    };
    steps.iter().map(step).collect::<Vec<_>>().join("  ")
}

/// A use of a tool is told when it is named and when it has ended; what happens in between is for programs.
fn tool(news: &ToolNews) -> Option<String> {
    if news.past {
        return None;
    }
    let title = news.title.as_deref().unwrap_or_default();
    Some(match news.status {
        Some(ToolStatus::Failed) => format!("x {title} failed{}", first_line(news.output.as_deref())),
        Some(ToolStatus::Refused) => format!("x {title} was not allowed"),
        Some(ToolStatus::Running | ToolStatus::Pending) if !title.is_empty() => {
            let sign = if news.tool == Some(ToolKind::Execute) { "$" } else { ">" };
            format!("{sign} {title}")
        }
        Some(ToolStatus::Done | ToolStatus::Running | ToolStatus::Pending) | None => return None,
    })
}

fn first_line(text: Option<&str>) -> String {
    let line = text.and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    line.map_or_else(String::new, |line| format!(": {}", line.trim()))
}

fn used(usage: &Usage) -> String {
    let tokens = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let cost = usage.cost_micros.map_or_else(String::new, |cost| format!(", {}", dollars(cost)));
    format!("used {} tokens in, {} out{cost}", tokens(usage.input_tokens), tokens(usage.output_tokens))
}

#[cfg(test)]
mod tests {
    use conductor_engine::detect::{Verdict, VerdictKind};

    use super::*;

    fn told(events: Vec<AgentEvent>) -> String {
        let mut saying = Saying::default();
        let mut lines = Vec::new();
        for event in events {
            lines.extend(saying.hear(&Entry { v: 2, at: Timestamp::UNIX_EPOCH, event }));
        }
        lines.extend(saying.rest());
        lines.join("\n").replace("00:00:00  ", "")
    }

    fn part(text: &str, part: bool) -> AgentEvent {
        AgentEvent::Message { text: text.into(), part }
    }

    fn verdict() -> Verdict {
        Verdict { kind: VerdictKind::Cycle, times: 3, why: "to and fro".into(), seen: vec![1, 2] }
    }

    #[test]
    fn pieces_make_the_lines_that_they_are() {
        let thought = AgentEvent::Thought { text: "hm\n\nso".into(), part: false };
        let raw = AgentEvent::Raw { name: "x".into(), text: "{}".into() };
        let tool = |status, title: Option<&str>, output: Option<&str>| {
            AgentEvent::Tool(ToolNews {
                id: "1".into(),
                title: title.map(str::to_owned),
                tool: Some(ToolKind::Execute),
                status: Some(status),
                output: output.map(str::to_owned),
                ..ToolNews::default()
            })
        };
        insta::assert_snapshot!(told(vec![
            part("I ", false), part("look", true), raw, part(".\nThen", true),
            tool(ToolStatus::Running, Some("make"), None),
            tool(ToolStatus::Failed, Some("make"), Some("\nno rule\nmore")),
            tool(ToolStatus::Done, None, None),
            thought, part("Done.", false), part("Really.", false),
            AgentEvent::Usage { usage: Usage { input_tokens: Some(5), output_tokens: None, cost_micros: Some(310_000) } },
            AgentEvent::Verdict { verdict: verdict(), told: true },
            AgentEvent::Verdict { verdict: verdict(), told: false },
            AgentEvent::End { outcome: "finished".into() },
        ]), @r"
        I look.
        Then
        $ make
        x make failed: no rule
        ~ hm
        ~ so
        Done.
        Really.
        used 5 tokens in, ? out, $0.31
        is told that it goes nowhere (cycle: to and fro)
        is ended, since it goes nowhere (cycle: to and fro)
        over: finished
        ");
    }
}

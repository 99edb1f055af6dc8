//! What the agents of a session say while they work, told beside the story of the session.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cli_kit::CliError;
use cli_kit::printer::{Printer, Style};
use cli_kit::text::{escape, escape_block};
use conductor_engine::ids::RunId;
use conductor_engine::session::{Phase, Run, Session};
use conductor_host::perform::Places;
use conductor_host::transcript;

use super::error::failed;
use super::saying::Saying;

/// The agents that are heard.
pub(super) struct Voices {
    places: Places,
    heard: BTreeMap<RunId, Voice>,
    /// Agents that worked before are not heard from their beginning, but from now on.
    begun: bool,
}

/// One attempt, as far as it was told.
struct Voice {
    task: String,
    attempt: u32,
    file: PathBuf,
    cursor: u64,
    saying: Saying,
}

impl Voices {
    pub(super) fn new(places: Places) -> Self {
        Self { places, heard: BTreeMap::new(), begun: false }
    }

    /// Tells what the agents that are at work have said since the last time, and the last words of those that are not
    /// any more.
    pub(super) fn tell(&mut self, printer: &mut Printer, session: &Session) -> Result<(), CliError> {
        let working: BTreeMap<RunId, u32> =
            session.open_runs().filter_map(|run| Some((run.id, attempt_of(run)?))).collect();
        let gone = |id: &RunId, voice: &Voice| working.get(id) != Some(&voice.attempt);
        let over: Vec<RunId> =
            self.heard.iter().filter(|(id, voice)| gone(id, voice)).map(|(id, _)| *id).collect();
        for id in over {
            if let Some(mut voice) = self.heard.remove(&id) {
                voice.tell(printer)?;
                voice.end(printer);
            }
        }
        for (id, attempt) in working {
            let voice = self.heard.entry(id).or_insert_with(|| {
                let file = self.places.attempt(id, attempt).join("transcript.jsonl");
                let task = session.runs.get(&id).and_then(|run| session.tasks.get(&run.task));
                Voice {
                    task: task.map_or_else(|| id.to_string(), |task| task.id.clone()),
                    attempt,
                    cursor: if self.begun { 0 } else { length(&file) },
                    file,
                    saying: Saying::default(),
                }
            });
            voice.tell(printer)?;
        }
        self.begun = true;
        printer.flush();
        Ok(())
    }
}

/// The attempt that is under way.
fn attempt_of(run: &Run) -> Option<u32> {
    if let Phase::Working(attempt) = &run.phase { Some(attempt.number) } else { None }
}

fn length(file: &Path) -> u64 {
    file.metadata().map_or(0, |metadata| metadata.len())
}

impl Voice {
    fn tell(&mut self, printer: &mut Printer) -> Result<(), CliError> {
        loop {
            let page = transcript::read(&self.file, self.cursor).map_err(|e| failed(&e))?;
            self.cursor = page.cursor;
            for entry in &page.entries {
                let lines = self.saying.hear(entry);
                self.print(printer, &lines);
            }
            if !page.more || printer.is_closed() {
                return Ok(());
            }
        }
    }

    fn end(&mut self, printer: &mut Printer) {
        let lines = self.saying.rest();
        self.print(printer, &lines);
    }

    fn print(&self, printer: &mut Printer, lines: &[String]) {
        let head = printer.paint(Style::Dim, &format!("{:<9}", escape(&self.task))).into_owned();
        for line in lines {
            // The story of the session has the times.
            let text = line.split_once("  ").map_or(line.as_str(), |(_, text)| text);
            printer.line(format!("{head}   {}", escape_block(text)));
        }
    }
}

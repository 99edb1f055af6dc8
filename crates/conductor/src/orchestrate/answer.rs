//! `conductor answer`.

use cli_kit::{CliError, Exit};
use conductor_engine::control::{Control, Ruling};
use conductor_engine::ids::HoldId;
use conductor_engine::session::HoldKind;

use super::control::{ask, say};
use super::opened::Opened;
use crate::context::Context;

/// Answer what waits for you: a question, a blocker, or work to look at
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor answer 1 \"use PostgreSQL\"\n  conductor answer 2 accept\n  \
                        conductor answer 2 retry \"keep the old column\"\n  conductor answer 3 reject \"not wanted\"\n  \
                        conductor orchestrate answer 1 accept")]
pub(crate) struct Args {
    /// The number of the hold (`conductor inbox`)
    #[arg(value_name = "HOLD")]
    hold: u64,
    /// accept, retry WORDS, reject WHY, or just the words of the answer
    #[arg(value_name = "ANSWER", required = true, num_args = 1.., allow_hyphen_values = true)]
    answer: Vec<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let mut opened = Opened::new(context)?;
    let hold = HoldId(args.hold);
    let id = opened.session_of_hold(hold)?;
    let session = opened.fold(id)?;
    let kind = session.holds.get(&hold).map_or(HoldKind::Approval, |h| h.kind);
    let (ruling, what) = ruling(&args.answer, kind)?;
    let control = Control::Answer { hold, ruling };
    let asked = ask(context, &mut opened, id, &control)?;
    say(context, id, &format!("hold {hold} answered: {what}"), &asked);
    Ok(Exit::Ok)
}

/// A question is answered by words, so there every word but `reject` is part of the answer.
fn ruling(words: &[String], kind: HoldKind) -> Result<(Ruling, &'static str), CliError> {
    let asks = matches!(kind, HoldKind::Question | HoldKind::Blocker);
    let (first, rest) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let text = rest.join(" ");
    match first.to_lowercase().as_str() {
        "accept" | "approve" | "yes" if rest.is_empty() && !asks => Ok((Ruling::Accept, "accept")),
        "retry" if text.trim().is_empty() => {
            Err(CliError::usage("retry needs words: what should the agent do differently?"))
        }
        "retry" => Ok((Ruling::Retry { words: text }, "retry")),
        "reject" | "deny" => {
            let why = if text.trim().is_empty() { "no reason given".to_owned() } else { text };
            Ok((Ruling::Reject { why }, "reject"))
        }
        _ => Ok((Ruling::Retry { words: words.join(" ") }, "words for the agent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str], kind: HoldKind) -> Result<Ruling, CliError> {
        ruling(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), kind).map(|r| r.0)
    }

    fn retry(words: &str) -> Ruling {
        Ruling::Retry { words: words.to_owned() }
    }

    #[test]
    fn words_become_rulings() {
        use HoldKind::{Approval, Question};
        assert_eq!(of(&["accept"], Approval).unwrap(), Ruling::Accept);
        assert_eq!(of(&["yes"], Question).unwrap(), retry("yes"));
        assert_eq!(of(&["retry", "keep", "it"], Approval).unwrap(), retry("keep it"));
        assert_eq!(of(&["reject", "no"], Question).unwrap(), Ruling::Reject { why: "no".to_owned() });
        assert_eq!(of(&["accept", "both", "ways"], Approval).unwrap(), retry("accept both ways"));
        assert_eq!(of(&["PostgreSQL"], Question).unwrap(), retry("PostgreSQL"));
        assert!(of(&["retry"], Approval).is_err());
    }
}

//! `conductor answer`.

use cli_kit::{CliError, Exit};
use conductor_engine::control::{Control, Ruling};
use conductor_engine::ids::HoldId;

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
    let mut opened = Opened::new(context)?;
    let id = opened.some_session()?;
    let (ruling, what) = ruling(&args.answer)?;
    let control = Control::Answer { hold: HoldId(args.hold), ruling };
    let asked = ask(context, &mut opened, id, &control)?;
    say(context, id, &format!("hold {} answered: {what}", args.hold), &asked);
    Ok(Exit::Ok)
}

fn ruling(words: &[String]) -> Result<(Ruling, &'static str), CliError> {
    let (first, rest) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let text = rest.join(" ");
    match first.to_lowercase().as_str() {
        "accept" | "approve" | "yes" if rest.is_empty() => Ok((Ruling::Accept, "accept")),
        "retry" if text.trim().is_empty() => {
            Err(CliError::usage("retry needs words: what should the agent do differently?"))
        }
        "retry" => Ok((Ruling::Retry { words: text }, "retry")),
        "reject" | "deny" => {
            let why = if text.trim().is_empty() { "no reason given".to_owned() } else { text };
            Ok((Ruling::Reject { why }, "reject"))
        }
        _ => Ok((Ruling::Retry { words: words.join(" ") }, "retry")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_rulings() {
        let of =
            |words: &[&str]| ruling(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()).map(|r| r.0);
        assert_eq!(of(&["accept"]).unwrap(), Ruling::Accept);
        assert_eq!(of(&["retry", "keep", "it"]).unwrap(), Ruling::Retry { words: "keep it".to_owned() });
        assert_eq!(of(&["reject", "no"]).unwrap(), Ruling::Reject { why: "no".to_owned() });
        assert_eq!(
            of(&["accept", "both", "ways"]).unwrap(),
            Ruling::Retry { words: "accept both ways".to_owned() }
        );
        assert_eq!(of(&["PostgreSQL"]).unwrap(), Ruling::Retry { words: "PostgreSQL".to_owned() });
        assert!(of(&["retry"]).is_err());
    }
}

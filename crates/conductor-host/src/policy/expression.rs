//! One condition: compiled and checked before anything is judged by it, and evaluated within bounds.
//!
//! The language is CEL. Its crate is known in this file alone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr};
use cel::{Context, Program, Value};

use super::variables::{Facts, VARIABLES};
use crate::config::nearest;

/// The longest expression, in bytes.
const MOST_LENGTH: usize = 2_000;

/// How deep loops (`all`, `exists`, `map`, `filter`) may stand in one another.
const MOST_LOOPS: usize = 2;

/// How long one evaluation may take.
const PATIENCE: Duration = Duration::from_millis(500);

/// The stack of a thread that compiles or evaluates: an expression within its bounds never needs as much.
const STACK: usize = 32 * 1024 * 1024;

/// The functions that expressions may call; operators have none of these names.
pub(super) const FUNCTIONS: &[&str] =
    &["size", "contains", "startsWith", "endsWith", "int", "uint", "double", "string", "bool"];

/// A condition that can be evaluated.
#[derive(Debug, Clone)]
pub struct Expression {
    program: Arc<Program>,
    reads: Vec<&'static str>,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Where, as line and column, both from 1.
    pub at: (usize, usize),
    /// What is wrong.
    pub why: String,
}

/// What one evaluation gave.
pub(super) type Told = Result<bool, String>;

impl Expression {
    /// Compiles a text, and makes sure that it reads and calls nothing that is not there.
    ///
    /// # Errors
    /// Where it cannot be used, and why.
    pub fn compile(text: &str) -> Result<Self, Unfit> {
        let whole = |why: String| Unfit { at: (1, 1), why };
        if text.len() > MOST_LENGTH {
            return Err(whole(format!("it is longer than {MOST_LENGTH} bytes")));
        }
        let own = text.to_owned();
        let compiled = apart(PATIENCE * 10, move || compile(&own));
        let (program, reads) = match compiled {
            Ok(compiled) => compiled?,
            Err(Lost::Late) => return Err(whole("it takes too long to be read".to_owned())),
            Err(Lost::Broken) => return Err(whole("it cannot be read".to_owned())),
        };
        Ok(Self { program: Arc::new(program), reads: reads.into_iter().collect() })
    }

    /// The variables that it reads, in order.
    pub fn reads(&self) -> &[&'static str] {
        &self.reads
    }

    /// Whether it holds.
    pub(super) fn holds(&self, facts: &Facts) -> Told {
        self.holds_within(facts, PATIENCE)
    }

    pub(super) fn holds_within(&self, facts: &Facts, patience: Duration) -> Told {
        let (program, facts) = (Arc::clone(&self.program), facts.clone());
        match apart(patience, move || evaluate(&program, &facts)) {
            Ok(told) => told,
            Err(Lost::Late) => Err("it takes too long".to_owned()),
            Err(Lost::Broken) => Err("it cannot be evaluated".to_owned()),
        }
    }
}

/// Why no answer came.
enum Lost {
    Late,
    Broken,
}

/// Does something on a thread of its own, with much stack, and waits so long for it. What takes longer goes on until it
/// is through (a bound on loops sees to that) and is not waited for.
fn apart<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Lost> {
    let (give, take) = sync_channel(1);
    let thread = std::thread::Builder::new().name("policy".to_owned()).stack_size(STACK);
    let started = thread.spawn(move || {
        // Nobody listens when it is late.
        let _late = give.send(work());
    });
    started.map_err(|_| Lost::Broken)?;
    take.recv_timeout(patience).map_err(|error| match error {
        RecvTimeoutError::Timeout => Lost::Late,
        // The thread ended without an answer: a defect of the library must not be one of ours.
        RecvTimeoutError::Disconnected => Lost::Broken,
    })
}

fn compile(text: &str) -> Result<(Program, BTreeSet<&'static str>), Unfit> {
    let program = Program::compile(text).map_err(|errors| {
        let first = errors.errors.first();
        let position = |n: isize| usize::try_from(n).unwrap_or(1).max(1);
        Unfit {
            at: first.map_or((1, 1), |error| (position(error.pos.0), position(error.pos.1))),
            why: first.map_or_else(|| "it is no expression".to_owned(), |error| one_line(&error.msg)),
        }
    })?;
    let mut check = Check { program: &program, text, reads: BTreeSet::new(), bound: Vec::new(), loops: 0 };
    check.expr(program.expression())?;
    let reads = check.reads;
    Ok((program, reads))
}

fn evaluate(program: &Program, facts: &Facts) -> Told {
    let mut context = Context::default();
    let value = serde_json::to_value(facts).map_err(|error| error.to_string())?;
    for (name, value) in value.as_object().into_iter().flatten() {
        let value = cel::to_value(Plain(value)).map_err(|error| error.to_string())?;
        context.add_variable_from_value(name.as_str(), value);
    }
    match program.execute(&context) {
        Ok(Value::Bool(held)) => Ok(held),
        Ok(_) => Err("it gives no bool".to_owned()),
        Err(error) => Err(one_line(&error.to_string())),
    }
}

/// A value whose whole numbers are signed, as literals in expressions are.
struct Plain<'v>(&'v serde_json::Value);

impl serde::Serialize for Plain<'_> {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => out.serialize_i64(whole),
                None => number.serialize(out),
            },
            serde_json::Value::Array(all) => out.collect_seq(all.iter().map(Plain)),
            serde_json::Value::Object(fields) => out.collect_map(fields.iter().map(|(k, v)| (k, Plain(v)))),
            plain @ (serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::String(_)) => {
                plain.serialize(out)
            }
        }
    }
}

/// The most of a library's message, in characters.
const MOST_MESSAGE: usize = 200;

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_MESSAGE).collect()
}

/// Looks at every name in an expression.
struct Check<'p> {
    program: &'p Program,
    text: &'p str,
    reads: BTreeSet<&'static str>,
    /// The names that loops around the place give.
    bound: Vec<&'p str>,
    loops: usize,
}

impl<'p> Check<'p> {
    fn expr(&mut self, at: &'p IdedExpr) -> Result<(), Unfit> {
        match &at.expr {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(_) | Expr::Select(_) => self.name(at),
            Expr::Call(call) => self.call(at, call),
            Expr::List(list) => list.elements.iter().try_for_each(|e| self.expr(e)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(_) => Err(self.unfit(at, "no type can be made in a rule".to_owned())),
            Expr::Comprehension(each) => {
                if self.loops == MOST_LOOPS {
                    let why = format!("loops may stand in one another only {MOST_LOOPS} deep");
                    return Err(self.unfit(at, why));
                }
                self.expr(&each.iter_range)?;
                self.expr(&each.accu_init)?;
                let before = self.bound.len();
                self.bound.extend([each.iter_var.as_str(), each.accu_var.as_str()]);
                self.bound.extend(each.iter_var2.as_deref());
                self.loops += 1;
                for part in [&each.loop_cond, &each.loop_step, &each.result] {
                    self.expr(part)?;
                }
                self.loops -= 1;
                self.bound.truncate(before);
                Ok(())
            }
        }
    }

    fn entry(&mut self, entry: &'p EntryExpr) -> Result<(), Unfit> {
        match entry {
            EntryExpr::StructField(field) => self.expr(&field.value),
            EntryExpr::MapEntry(entry) => self.expr(&entry.key).and_then(|()| self.expr(&entry.value)),
        }
    }

    fn call(&mut self, at: &'p IdedExpr, call: &'p CallExpr) -> Result<(), Unfit> {
        let name = call.func_name.as_str();
        let is_operator = name.contains(['_', '@', '!', '-', '+']);
        if !is_operator && !FUNCTIONS.contains(&name) {
            let why = format!("there is no function `{name}`; there are {}", FUNCTIONS.join(", "));
            return Err(self.unfit(at, why));
        }
        call.target.iter().map(AsRef::as_ref).chain(&call.args).try_for_each(|part| self.expr(part))
    }

    /// A name, with all that is selected of it.
    fn name(&mut self, at: &'p IdedExpr) -> Result<(), Unfit> {
        let mut parts = Vec::new();
        let mut root = at;
        loop {
            match &root.expr {
                Expr::Select(select) => {
                    parts.push(select.field.as_str());
                    root = &select.operand;
                }
                Expr::Ident(name) => {
                    if self.bound.contains(&name.as_str()) {
                        return Ok(());
                    }
                    parts.push(name.trim_start_matches('.'));
                    break;
                }
                Expr::Unspecified
                | Expr::Call(_)
                | Expr::Comprehension(_)
                | Expr::List(_)
                | Expr::Literal(_)
                | Expr::Map(_)
                | Expr::Struct(_) => return self.expr(root),
            }
        }
        parts.reverse();
        let name = parts.join(".");
        if let Some(variable) = VARIABLES.iter().find(|variable| variable.name == name) {
            self.reads.insert(variable.name);
            return Ok(());
        }
        Err(self.unfit(root, unknown(&name)))
    }

    fn unfit(&self, at: &IdedExpr, why: String) -> Unfit {
        let start = self.program.source_info().offset_for(at.id).map_or(0, |(start, _)| start);
        let before = self.text.chars().take(usize::try_from(start).unwrap_or(0));
        let (mut line, mut column) = (1, 1);
        for c in before {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        Unfit { at: (line, column), why }
    }
}

/// Says that a name means nothing, and what may have been meant.
fn unknown(name: &str) -> String {
    let below: Vec<&str> =
        VARIABLES.iter().map(|v| v.name).filter(|n| n.starts_with(&format!("{name}."))).collect();
    if !below.is_empty() {
        return format!("`{name}` is a group and no value; name one of {}", below.join(", "));
    }
    let known: Vec<&str> = VARIABLES.iter().map(|v| v.name).collect();
    match nearest(name, &known) {
        Some(near) => format!("there is no variable `{name}`; did you mean `{near}`?"),
        None => format!("there is no variable `{name}`"),
    }
}

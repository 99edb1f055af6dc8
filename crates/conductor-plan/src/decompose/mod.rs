//! A plan by a model's or an agent's answers, without asking anybody: what is asked, whether an answer can be used, and
//! what becomes of it.
//!
//! [`Growth`] is the whole of it: it tells what is to be asked, takes answers in whatever order they come, and gives the
//! plan. An answer is only ever taken whole, after every check; what is wrong with one is a list of [`Flaw`]s, and
//! [`repair`] makes the next question of them. Prompts are the files under `prompts/`.

mod ask;
mod assemble;
mod check;
mod chunk;
mod circle;
mod flaw;
mod forecast;
mod form;
mod growth;
mod join;
mod key;
mod library;
mod options;
mod remark;
mod reply;
mod share;
mod show;
mod template;
#[cfg(test)]
mod tests;
mod tokens;

pub use ask::{Ask, AskId, agent_prompt, repair};
pub use flaw::{BadCite, Flaw};
pub use forecast::{Amount, Forecast};
pub use form::{Dialect, Form};
pub use growth::{Grown, Growth, GrowthError};
pub use options::DecomposeOptions;
pub use remark::{Remark, WhyWhole};
pub use tokens::tokens;

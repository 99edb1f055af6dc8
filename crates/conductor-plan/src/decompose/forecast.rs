//! How much there is to ask, before anything is asked.

use super::ask::Ask;
use super::growth::Growth;
use super::library::asks_for_work;
use super::tokens::tokens;

/// About so many tokens an item has in an answer.
const ITEM: usize = 350;
/// About so many tokens a question about one item has beside its instructions.
const SPLIT_INPUT: usize = 900;
/// Into how many parts an item is usually split.
const PARTS: usize = 4;

/// Questions, and the tokens of all of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many questions.
    pub calls: usize,
    /// Tokens that are sent.
    pub input: usize,
    /// Tokens that come back.
    pub output: usize,
}

/// What making a plan is expected to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// If documents and answers are as usual: a guess by what the documents ask for.
    pub likely: Amount,
    /// What it cannot exceed: every item that may be split is, every question is asked as often as allowed, and every
    /// answer is as long as allowed.
    pub most: Amount,
}

impl Amount {
    fn add(&mut self, calls: usize, input: usize, output: usize) {
        self.calls += calls;
        self.input += calls * input;
        self.output += calls * output;
    }
}

impl Growth<'_> {
    /// What is to be expected. `rounds` is how often a question may be asked again, `longest` the most tokens of one answer.
    pub fn forecast(&self, rounds: usize, longest: usize) -> Forecast {
        let (start, options) = (self.start(), self.options());
        let asked = |ask: &Ask| tokens(&ask.system) + tokens(&ask.prompt);
        let system = start.first().map_or(0, |ask| tokens(&ask.system));
        let mut likely = Amount::default();
        let of_documents = self.parts() > 0;
        let mut items = if of_documents { self.likely_items() } else { PARTS };
        for ask in &start {
            likely.add(1, asked(ask), (items * ITEM / start.len().max(1)).min(longest));
        }
        if start.len() > 1 {
            likely.add(1, system + items * 40, (items * 10).min(longest));
        }
        if of_documents {
            // A third of what a level has is too large, as far as there is room.
            let mut all = items;
            for _ in 1..options.max_depth {
                let splits = items.div_ceil(3).min(options.max_items.saturating_sub(all) / 2);
                likely.add(splits, system + SPLIT_INPUT, (PARTS * ITEM).min(longest));
                items = splits * PARTS;
                all = (all + items).min(options.max_items);
            }
        }
        Forecast { likely, most: self.most(&start, system, rounds, longest) }
    }

    fn most(&self, start: &[Ask], system: usize, rounds: usize, longest: usize) -> Amount {
        let options = self.options();
        let mut most = Amount::default();
        // An answer that cannot be used is sent back with what is wrong with it.
        let again = |most: &mut Amount, calls: usize, input: usize| {
            (0..=rounds).for_each(|round| most.add(calls, input + round * (longest + 400), longest));
        };
        for ask in start {
            again(&mut most, 1, tokens(&ask.system) + tokens(&ask.prompt));
        }
        if start.len() > 1 {
            again(&mut most, 1, system + options.max_items * 150);
        }
        let splits = if options.max_depth > 1 && self.parts() > 0 { options.max_items / 2 } else { 0 };
        again(&mut most, splits, system + options.context_tokens + SPLIT_INPUT);
        most
    }

    /// How many items the first level usually has: about two for three requirements that ask for work.
    fn likely_items(&self) -> usize {
        let wanted = self.library().requirements().iter().filter(|wanted| asks_for_work(wanted)).count();
        let items = (wanted * 2).div_ceil(3).max(self.parts() * 3);
        items.min(self.options().max_items)
    }
}

//! What an attempt cost where its agent tells tokens and no money.

use conductor_engine::attempt::Usage;

use crate::config::Price;

/// Tokens that a price is for.
const MILLION: u128 = 1_000_000;

/// The same usage with its cost, where that can be known: as the agent reported it, else by the configured price of the
/// tokens that it reported. Part of a millionth of a dollar counts as one, since what is paid is never less.
pub fn priced(usage: Usage, price: Option<&Price>) -> Usage {
    let told = usage.input_tokens.is_some() || usage.output_tokens.is_some();
    let Some(price) = price.filter(|_| told && usage.cost_micros.is_none()) else { return usage };
    let part = |tokens: Option<u64>, micros: u64| u128::from(tokens.unwrap_or(0)) * u128::from(micros);
    let sum =
        part(usage.input_tokens, price.input.0).saturating_add(part(usage.output_tokens, price.output.0));
    Usage { cost_micros: Some(u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX)), ..usage }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Micros;

    #[test]
    fn tokens_without_a_cost_are_priced() {
        let price = Price { input: Micros(3_000_000), output: Micros(15_000_000) };
        for (usage, expected) in [
            ((Some(1_000_000), Some(100_000), None), Some(4_500_000)),
            ((Some(1), None, None), Some(3)),
            ((None, Some(1), None), Some(15)),
            ((Some(0), Some(0), None), Some(0)),
            ((Some(1_000), Some(1_000), Some(7)), Some(7)),
            ((None, None, Some(7)), Some(7)),
            ((None, None, None), None),
            ((Some(u64::MAX), Some(u64::MAX), None), Some(u64::MAX)),
        ] {
            let (input_tokens, output_tokens, cost_micros) = usage;
            let usage = Usage { input_tokens, output_tokens, cost_micros };
            assert_eq!(priced(usage.clone(), Some(&price)).cost_micros, expected, "{usage:?}");
            assert_eq!(priced(usage.clone(), None), usage);
        }
    }

    #[test]
    fn a_part_of_the_smallest_unit_is_one() {
        let price = Price { input: Micros(1), output: Micros(0) };
        let usage = Usage { input_tokens: Some(1), ..Usage::default() };
        assert_eq!(priced(usage, Some(&price)).cost_micros, Some(1));
    }
}

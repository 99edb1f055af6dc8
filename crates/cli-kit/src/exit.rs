//! The exit codes of both programs: one enum, one match.

use std::process::ExitCode;

/// How a command ended, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// The command did what it was asked to do.
    Ok,
    /// A rule of the tool refused it (an illegal transition, an unmet dependency, bad data).
    Refused,
    /// The command line or the configuration is wrong.
    Usage,
    /// Something that was named does not exist.
    NotFound,
    /// Somebody else holds it or changed it meanwhile.
    Conflict,
    /// The store is missing, busy, damaged or newer than this program.
    Store,
    /// A gate or a review failed.
    Gate,
    /// Everything that is left waits for a person.
    Holds,
    /// A budget or a limit was reached.
    Limit,
    /// A fault of the program itself.
    Internal,
}

impl Exit {
    /// Every variant, in the order of its number; for documentation and tests.
    pub const ALL: [Self; 10] = [
        Self::Ok,
        Self::Refused,
        Self::Usage,
        Self::NotFound,
        Self::Conflict,
        Self::Store,
        Self::Gate,
        Self::Holds,
        Self::Limit,
        Self::Internal,
    ];

    /// The number that the process returns, and its meaning in a few words.
    const fn row(self) -> (u8, &'static str) {
        match self {
            Self::Ok => (0, "ok"),
            Self::Refused => (1, "refused"),
            Self::Usage => (2, "usage"),
            Self::NotFound => (3, "not found"),
            Self::Conflict => (4, "conflict (claim, version)"),
            Self::Store => (5, "store"),
            Self::Gate => (6, "gate or review failed"),
            Self::Holds => (7, "holds remain"),
            Self::Limit => (8, "budget or limit"),
            Self::Internal => (70, "internal"),
        }
    }

    /// The number that the process returns.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.row().0
    }

    /// What the number means, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.row().1
    }

    /// The variant with this number, if it is one of ours.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_a_contract_with_scripts() {
        let table: Vec<String> =
            Exit::ALL.iter().map(|exit| format!("{} {}", exit.code(), exit.meaning())).collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        0 ok
        1 refused
        2 usage
        3 not found
        4 conflict (claim, version)
        5 store
        6 gate or review failed
        7 holds remain
        8 budget or limit
        70 internal
        ");
    }

    #[test]
    fn every_number_leads_back_to_its_variant() {
        for exit in Exit::ALL {
            assert_eq!(Exit::from_code(exit.code()), Some(exit));
        }
        assert_eq!(Exit::from_code(9), None);
    }
}

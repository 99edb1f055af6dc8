//! What carries an orchestration out: journal, driver, git, agents, gates.

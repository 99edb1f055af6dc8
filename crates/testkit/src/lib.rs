//! Test support: hermetic environments, temporary repositories, the simulator.

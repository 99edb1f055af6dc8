//! The desk: where an agent at work can say something to Conductor, and read about its task.
//!
//! The agent starts a small program ([`desk_main`]) as an MCP server of its own. That program knows a directory
//! and a token, and is a bridge and nothing more: it writes each call as one line into a file there, and waits for
//! the reply, which the driver ([`Desk`]) writes beside it. So there is no socket and no daemon, what was said is
//! kept whoever dies, and the driver needs no second way of waiting.
//!
//! What is in the directory was written by an agent, or by anything that it started. The driver reads it as such:
//! bounded, through descriptors that follow no link, and a line that is no call is a finding. There is no call
//! that finishes a task, so nothing is gained by forging one.

mod bridge;
mod call;
mod driver;
mod files;
mod heard;
mod ids;
mod looks;
mod offer;
mod reply;
mod server;
mod tools;

pub use bridge::{DESK_ARG, desk_main};
pub use call::{Call, CallFault, Envelope, Tool, parse_call};
pub use driver::Desk;
pub use heard::{Finding, Heard, Said};
pub use ids::{CallId, DeskToken, NotHex};
pub use looks::{Looks, look};
pub use offer::{Offer, acp_server, headless, is_own_tool};
pub use reply::{HELD, KEPT, NOTED, Reply};
pub use server::{PATIENCE, SERVER_NAME, ServerCommand};

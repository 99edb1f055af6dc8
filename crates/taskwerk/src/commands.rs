//! The commands, one file each: its arguments (whose comments are its help) and one function.

pub(crate) mod add;
pub(crate) mod block;
pub(crate) mod cancel;
pub(crate) mod claim;
pub(crate) mod complete;
pub(crate) mod config;
pub(crate) mod delete;
pub(crate) mod dep;
pub(crate) mod export;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod next;
pub(crate) mod note;
pub(crate) mod pause;
pub(crate) mod ready;
pub(crate) mod release;
pub(crate) mod reopen;
pub(crate) mod show;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod unblock;
pub(crate) mod update;

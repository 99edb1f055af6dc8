//! MCP itself, by the crate rmcp. An asynchronous runtime lives in this process alone, which is the agent's child.

use std::io;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    MetaObject, PaginatedRequestParams, ServerCapabilities, ServerConfig, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::stdio;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};

use super::super::call::Tool;
use super::super::reply::Reply;
use super::super::server::SERVER_NAME;
use super::super::tools::{INSTRUCTIONS, description, only_reads, schema, title};
use super::post::Post;

/// Serves until the input ends.
pub(super) fn run(post: Post) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let served = runtime.block_on(async {
        let running = Bridge(Arc::new(post)).serve(stdio()).await.map_err(io::Error::other)?;
        running.waiting().await.map_err(io::Error::other).map(drop)
    });
    // A read of standard input that is still waiting must not keep the process.
    runtime.shutdown_background();
    served
}

#[derive(Clone)]
struct Bridge(Arc<Post>);

impl ServerHandler for Bridge {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(SERVER_NAME, env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(Tool::ALL.into_iter().map(listed).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let reply = self.0.call(&request.name, request.arguments.unwrap_or_default()).await;
        Ok(told(reply).into())
    }
}

fn listed(tool: Tool) -> rmcp::model::Tool {
    let hints = ToolAnnotations::new()
        .read_only(only_reads(tool))
        .destructive(false)
        .idempotent(only_reads(tool))
        .open_world(false);
    // Claude Code hides the tools of servers until its model searches for them; these are few, and all are needed.
    let mut meta = MetaObject::new();
    meta.insert("anthropic/alwaysLoad".to_owned(), true.into());
    rmcp::model::Tool::new(tool.name(), description(tool), schema(tool))
        .with_title(title(tool))
        .with_annotations(hints)
        .with_meta(meta)
}

/// A refusal is an error of the tool and not of the protocol, so that the model gets to read it.
fn told(reply: Reply) -> CallToolResult {
    match reply {
        Reply::Text(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Reply::Json(value) => CallToolResult::success(vec![ContentBlock::text(value.to_string())]),
        Reply::Refused { why } => CallToolResult::error(vec![ContentBlock::text(why)]),
    }
}

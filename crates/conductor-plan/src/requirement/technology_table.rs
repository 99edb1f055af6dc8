//! Technologies by name, as data. Entries are separated by commas; within one, the ways to write it by `|`, the usual
//! one first. The longest way that fits counts.

use super::technology::TechnologyKind::{
    self, Cloud, Database, Format, Framework, Language, Platform, Protocol, Tool,
};
use crate::words::WordSet;

pub(super) const TECHNOLOGIES: &[(TechnologyKind, &str)] = &[
    (
        Language,
        "Rust, Go|Golang, Python, Java, JavaScript, TypeScript, C++|cpp, C#|csharp, Kotlin, Swift, Scala, Ruby, PHP, \
         Perl, Elixir, Erlang, Haskell, Clojure, Dart, Lua, Julia, Zig, OCaml, F#|fsharp, Objective-C, COBOL, Fortran, \
         SQL, PL/SQL, Bash, PowerShell, WebAssembly|WASM, Solidity, Groovy, Visual Basic|VB.NET",
    ),
    (
        Database,
        "PostgreSQL|Postgres, MySQL, MariaDB, SQLite, SQL Server|MSSQL|Microsoft SQL Server, Oracle Database|Oracle DB, \
         MongoDB|Mongo, Cassandra, DynamoDB, CouchDB, Couchbase, Firestore, Cosmos DB|CosmosDB, Neo4j, ClickHouse, \
         CockroachDB, TimescaleDB, InfluxDB, DuckDB, Redis, Valkey, Memcached, Elasticsearch, OpenSearch, Snowflake, \
         BigQuery, Redshift, Supabase, RocksDB, LevelDB, LMDB, IndexedDB, pgvector, Pinecone, Weaviate, Qdrant, Milvus, \
         ChromaDB, Amazon Aurora|Aurora, Firebird, SurrealDB, ScyllaDB",
    ),
    (
        Framework,
        "React, React Native, Angular, Vue|Vue.js, Svelte, SvelteKit, Next.js|NextJS, Nuxt|Nuxt.js, Remix, Astro, \
         SolidJS, Ember.js, jQuery, Bootstrap, Tailwind CSS|Tailwind|TailwindCSS, Material UI|MUI, Redux, Express|Express.js, \
         NestJS|Nest.js, Fastify, Django, Flask, FastAPI, Ruby on Rails|Rails, Laravel, Symfony, Spring|Spring Framework, \
         Spring Boot, Quarkus, Micronaut, ASP.NET|ASP.NET Core, .NET|dotnet|.NET Core, Blazor, Phoenix, Flutter, Electron, \
         Tauri, Qt, GTK, Ionic, Xamarin, Unity, Unreal Engine, Godot, Actix|actix-web, axum, Rocket, TensorFlow, PyTorch, \
         scikit-learn, pandas, NumPy, LangChain, Hibernate, Prisma, SQLAlchemy, Entity Framework, Celery, Sidekiq, \
         Storybook, D3.js|D3, Three.js, WordPress, Drupal, Streamlit, Pydantic, Apache Spark|Spark, Apache Flink|Flink, \
         Apache Airflow|Airflow, dbt, SwiftUI, Jetpack Compose, Node.js|NodeJS, Deno, Bun",
    ),
    (
        Protocol,
        "REST|RESTful, GraphQL, gRPC, SOAP, WebSocket|WebSockets, WebRTC, MQTT, AMQP, HTTP/2, HTTP/3, HTTPS, HTTP, SMTP, \
         IMAP, SFTP, FTP, SSH, TCP, UDP, TLS, OAuth|OAuth2|OAuth 2.0, OpenID Connect|OIDC, SAML, LDAP, JWT, WebAuthn, \
         FIDO2, SCIM, Server-Sent Events|SSE, Model Context Protocol|MCP, JSON-RPC, RSS, iCal|iCalendar, CalDAV, DICOM, \
         HL7, FHIR, OPC UA, Modbus, CoAP, Bluetooth Low Energy|BLE, NFC, LoRaWAN",
    ),
    (
        Format,
        "JSON, YAML, XML, CSV, TOML, Markdown, PDF, Parquet, Avro, Protobuf|Protocol Buffers, OpenAPI, EPUB, SVG, GeoJSON",
    ),
    (
        Cloud,
        "AWS|Amazon Web Services, Azure|Microsoft Azure, Google Cloud|GCP|Google Cloud Platform, DigitalOcean, Heroku, \
         Vercel, Netlify, Cloudflare|Cloudflare Workers, Firebase, Fly.io, Hetzner, OVHcloud, Oracle Cloud, IBM Cloud, \
         Alibaba Cloud, Railway",
    ),
    (
        Platform,
        "Linux, Windows, macOS, iOS, Android, Ubuntu, Debian, Alpine Linux, Raspberry Pi, Arduino, ESP32, Chrome, Firefox, \
         Safari, Microsoft Edge, Docker, Kubernetes|k8s, OpenShift, Podman, SharePoint, Salesforce, SAP, Slack, \
         Microsoft Teams, Discord, Telegram, Shopify, Stripe, PayPal, Twilio, SendGrid",
    ),
    (
        Tool,
        "Apache Kafka|Kafka, RabbitMQ, NATS, ZeroMQ, Amazon S3|S3, MinIO, nginx, Apache HTTP Server, HAProxy, Traefik, \
         Envoy, Istio, Terraform, Ansible, Pulumi, Helm, Jenkins, GitHub Actions, GitLab CI|GitLab CI/CD, CircleCI, Git, \
         GitHub, GitLab, Bitbucket, Jira, Prometheus, Grafana, Datadog, Sentry, OpenTelemetry, Kibana, Logstash, Splunk, \
         New Relic, Keycloak, Auth0, Okta, HashiCorp Vault, Consul, Jest, Vitest, Cypress, Playwright, Selenium, pytest, \
         JUnit, Webpack, Vite, npm, pnpm, Maven, Gradle, Poetry, CMake, Bazel, ESLint, Prettier, SonarQube, Figma",
    ),
];

/// Names that are also words, or parts of other names.
pub(super) static AMBIGUOUS: WordSet = WordSet::of(
    "React, Rust, Go, Swift, Ruby, Dart, Julia, Perl, Scala, Groovy, Clojure, Bash, Express, Spring, Rocket, \
    Remix, Astro, Phoenix, Unity, Ionic, Electron, Bun, Spark, Flink, Rails, Cassandra, Snowflake, Aurora, Railway, \
    Helm, Consul, Envoy, Poetry, Prettier, Vite, Sentry, Stripe, Slack, Discord, Safari, Chrome, Windows, Celery, \
    Bootstrap, Tailwind, Mongo, SAP, Qt, D3, REST, SOAP, Markdown, Milvus, Firebird, Jest, Redux, Java, Maven, Cypress, \
    Selenium, Git, Pinecone",
);

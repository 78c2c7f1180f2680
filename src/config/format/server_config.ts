/**
 * Settings of an HTTP server in agent files.
 *
 * @module
 */
import { defaultsOf, list, object, optional, type Schema, withDefault } from "./fields.ts";
import { flag, name, text, whole } from "./values.ts";

/** HTTP server. Read and kept; nothing serves agents yet. */
export interface ServerConfig {
  /** Port. `@default {8000}` */
  readonly port: number;
  /** Address to listen on. `@default {"0.0.0.0"}` */
  readonly host: string;
  /** Number of processes. `@default {1}` */
  readonly workers: number;
  /** Authentication and rate limits. */
  readonly security: {
    /** Origins of web pages that may send requests. `@default {["*"]}` */
    readonly allowed_origins: readonly string[];
    /** If true, requests must be authenticated. `@default {false}` */
    readonly enable_auth: boolean;
    /** Kind of authentication. */
    readonly auth_type?: "jwt" | "api_key";
    /** Secret of JSON Web Tokens. */
    readonly jwt_secret_key?: string;
    /** URL that validates API keys. */
    readonly api_key_url?: string;
    /** If true, requests are limited. `@default {false}` */
    readonly enable_rate_limiting: boolean;
    /** URL of the Redis server that counts requests. */
    readonly redis_url?: string;
    /** Number of requests in the period. */
    readonly rate_limit_times?: number;
    /** Period, in seconds. */
    readonly rate_limit_seconds?: number;
    /** If true, requests need a CSRF token. `@default {false}` */
    readonly enable_csrf_protection: boolean;
    /** Secret of CSRF tokens. */
    readonly csrf_secret_key?: string;
    /** If true, the server issues tokens for development. `@default {false}` */
    readonly enable_token_endpoint: boolean;
  };
  /** Store of sessions. */
  readonly session: {
    /** Kind of store. `@default {"memory"}` */
    readonly store_type: "memory" | "production";
    /** Lifetime of a session, in seconds. `@default {3600}` */
    readonly default_ttl: number;
    /** Lifetime of a cached session, in seconds. `@default {3600}` */
    readonly cache_ttl: number;
    /** URL of the database. */
    readonly database_url?: string;
    /** URL of the Redis server. */
    readonly redis_url?: string;
    /** Addresses of the Kafka brokers. */
    readonly kafka_brokers?: string;
    /** Kafka topic of events. `@default {"session_events"}` */
    readonly kafka_topic: string;
    /** If true, events are sent to Kafka. `@default {false}` */
    readonly events_enabled: boolean;
  };
}

const security = object<ServerConfig["security"]>({
  allowed_origins: withDefault(list(text), ["*"], "Origins of web pages that may send requests"),
  enable_auth: withDefault(flag, false, "If true, requests must be authenticated"),
  auth_type: optional(name("jwt", "api_key"), "Kind of authentication"),
  jwt_secret_key: optional(text, "Secret of JSON Web Tokens, as $NAME"),
  api_key_url: optional(text, "URL that validates API keys"),
  enable_rate_limiting: withDefault(flag, false, "If true, requests are limited"),
  redis_url: optional(text, "URL of the Redis server that counts requests"),
  rate_limit_times: optional(whole(1), "Number of requests in the period"),
  rate_limit_seconds: optional(whole(1), "Period, in seconds"),
  enable_csrf_protection: withDefault(flag, false, "If true, requests need a CSRF token"),
  csrf_secret_key: optional(text, "Secret of CSRF tokens, as $NAME"),
  enable_token_endpoint: withDefault(flag, false, "If true, tokens are issued for development"),
});

const session = object<ServerConfig["session"]>({
  store_type: withDefault(name("memory", "production"), "memory", "Kind of store"),
  default_ttl: withDefault(whole(0), 3600, "Lifetime of a session, in seconds"),
  cache_ttl: withDefault(whole(0), 3600, "Lifetime of a cached session, in seconds"),
  database_url: optional(text, "URL of the database, as $NAME"),
  redis_url: optional(text, "URL of the Redis server, as $NAME"),
  kafka_brokers: optional(text, "Addresses of the Kafka brokers"),
  kafka_topic: withDefault(text, "session_events", "Kafka topic of events"),
  events_enabled: withDefault(flag, false, "If true, events are sent to Kafka"),
});

/** Schema of a server's settings. */
export const server: Schema<ServerConfig> = object<ServerConfig>({
  port: withDefault(whole(0), 8000, "Port"),
  host: withDefault(text, "0.0.0.0", "Address to listen on"),
  workers: withDefault(whole(1), 1, "Number of processes"),
  security: withDefault(security, defaultsOf(security), "Authentication and rate limits"),
  session: withDefault(session, defaultsOf(session), "Store of sessions"),
});

/**
 * Conversion of the core's messages to those of chat protocols.
 *
 * Most servers accept a system message only at the beginning, and a `tool` message only
 * as the result of a native tool call. Late system messages and tool results are
 * therefore sent as user messages inside a frame, such as `<tool_result>`. Users and
 * tools cannot forge a frame, because frame tags in their text are escaped. Each message
 * is converted on its own and once, so a message that is sent again has the same text, costs
 * a look-up, and the provider's prompt cache hits.
 *
 * @module
 */
import { isBlank, sha256 } from "../json/text.ts";
import type { LLMRequest, Message } from "../llm/llm.ts";
import { describeMedia, type MediaPart, type Part } from "../llm/part.ts";
import { setBounded } from "../schema/schema_cache.ts";

/** Message order that a chat protocol allows. */
export interface MessageRules {
  /** If true, a system message may follow other messages. */
  readonly lateSystem: boolean;
  /** If true, consecutive messages may have the same role. */
  readonly adjacent: boolean;
}

/** Text of a message: well-formed Unicode that is not blank. */
export class ChatText {
  #json: string | undefined;

  constructor(readonly text: string) {}

  /** The text as JSON. */
  get json(): string {
    return this.#json ??= JSON.stringify(this.text);
  }
}

/** Picture or file of a message. */
export class ChatMedia {
  #bytes: Uint8Array | undefined;
  #json: string | undefined;
  #description: Promise<ChatText> | undefined;

  constructor(readonly part: MediaPart) {}

  /** Bytes, which are decoded once. */
  get bytes(): Uint8Array | undefined {
    return this.#bytes ??= this.part.data;
  }

  /** Writes the part as JSON, once. `write` must be the same function in every call. */
  writeOnce(write: () => string): string {
    return this.#json ??= write();
  }

  /** Returns the line that describes the part in the text of its message. */
  describe(): Promise<ChatText> {
    return this.#description ??= describeMedia(this.part)
      .then((line) => new ChatText(escapeFrames(line.toWellFormed())));
  }
}

/** Part of a message. */
export type ChatPart = ChatText | ChatMedia;

/** A message of a chat protocol. Requests share it. */
export class ChatMessage {
  /** True if the message has a picture or file. */
  readonly hasMedia: boolean;
  #json: string | undefined;
  #converted: unknown;

  constructor(
    /** Author of the message. */
    readonly role: "system" | "user" | "assistant",
    /** Parts of the message; more than one if messages were joined, or it has pictures or files. */
    readonly parts: readonly ChatPart[],
    /** Number of leading parts that the session's next request repeats at the same position. */
    readonly stableParts: number,
  ) {
    this.hasMedia = parts.some((part) => part instanceof ChatMedia);
  }

  /** The message as JSON, with one text. Only for a message without pictures and files. */
  get json(): string {
    return this.#json ??= this.#write();
  }

  /**
   * Converts the message to the type of a package, once. `convert` must be the same function in
   * every call, because its first result is kept: in a field, because looking up each message of
   * a long history in a map takes as long as the rest of the request.
   */
  convertOnce<Converted extends object>(convert: (message: ChatMessage) => Converted): Converted {
    return (this.#converted ??= convert(this)) as Converted;
  }

  #write(): string {
    const { role } = this;
    const parts = this.parts as readonly ChatText[];
    // The text of a single part is long, and used once only: its own JSON is not kept.
    if (parts.length === 1) return JSON.stringify({ role, content: parts[0]!.text });
    const content = parts.map(({ json }) => json.slice(1, -1)).join("\\n\\n");
    return `{"role":"${role}","content":"${content}"}`;
  }
}

/**
 * Converts messages in order, without blank ones, which some vendors refuse. The session's next
 * request repeats the first `stable` of them. A repeated message is the same object in every
 * request, unless it is joined with another.
 *
 * A conversation that starts with the model begins with a placeholder if system messages come first,
 * because such servers require the first message to be the user's.
 */
export function mapMessages(
  messages: readonly Message[],
  rules: MessageRules,
  stable: number,
): ChatMessage[] {
  const mapped: ChatMessage[] = [];
  let before: ChatMessage | undefined;
  let joined: ChatPart[] = [];
  for (let index = 0; index < messages.length; index++) {
    const message = convertOnce(messages[index]!, index === 0 || rules.lateSystem);
    if (message.stableParts === 0) continue;
    const { role } = message;
    const isStable = index < stable;
    if (before?.role !== role || rules.adjacent) {
      before = isStable ? message : new ChatMessage(role, message.parts, 0);
      mapped.push(before);
      continue;
    }
    if (before.parts !== joined) joined = [...before.parts];
    joined.push(...message.parts);
    before = new ChatMessage(
      role,
      joined,
      before.stableParts + (isStable ? message.stableParts : 0),
    );
    mapped[mapped.length - 1] = before;
  }
  if (!rules.lateSystem) ensureUserFirst(mapped);
  return mapped;
}

/** Placeholder for the user's message. */
const NO_INPUT = new ChatMessage("user", [new ChatText("(no input)")], 1);

function ensureUserFirst(messages: ChatMessage[]): void {
  const first = messages.findIndex(({ role }) => role !== "system");
  if (messages[first]?.role === "assistant") messages.splice(first, 0, NO_INPUT);
}

/** Number of texts before a cache marker at which Anthropic looks for a cached prefix. */
const LOOKBACK = 20;

/** Maximum number of cache markers in a request, of which one is for the standing text. */
const MAX_MARKERS = 4;

/**
 * Returns the messages with a cache marker after their last repeated text: the standing text, which
 * sessions share, the last message that the session's next request repeats, and earlier ones. From
 * a marker, the vendor looks backwards for a prefix that an earlier request marked. That may be far
 * behind, because a prefix is cached together with the schema of its step.
 *
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching.
 */
export function selectMarked(
  messages: readonly ChatMessage[],
  stable: number,
): ReadonlySet<ChatMessage> {
  const marked = new Set<ChatMessage>();
  if (stable === 0) return marked;
  const isRepeated = ({ stableParts }: ChatMessage) => stableParts > 0;
  let distance = LOOKBACK;
  for (
    let index = messages.findLastIndex(isRepeated);
    index >= 0 && marked.size < MAX_MARKERS - 1;
    index--
  ) {
    const message = messages[index]!;
    if (distance + message.parts.length > LOOKBACK) {
      marked.add(message);
      distance = 0;
    }
    distance += message.stableParts;
  }
  const standing = messages.find((message) => message.role === "system" && isRepeated(message));
  if (standing !== undefined) marked.add(standing);
  return marked;
}

/** A message that was converted on its own. It has no stable part if its content is blank. */
class ConvertedMessage extends ChatMessage {
  constructor(
    role: ChatMessage["role"],
    parts: readonly ChatPart[],
    readonly content: string,
    readonly given: readonly Part[] | undefined,
  ) {
    super(role, parts, isBlank(content) ? 0 : parts.length);
  }
}

const converted = new WeakMap<Message, ConvertedMessage>();
/** Late system messages, which a server does not accept as such. */
const framed = new WeakMap<Message, ConvertedMessage>();

/** Converts a message, unless that was done before. The content of one that is not frozen may change. */
function convertOnce(message: Message, isSystemAllowed: boolean): ChatMessage {
  const { role, content, parts } = message;
  const cache = role === "system" && !isSystemAllowed ? framed : converted;
  let known = cache.get(message);
  if (known?.content !== content || known.given !== parts) {
    const converted = parts === undefined
      ? [new ChatText(convert(role, content, isSystemAllowed))]
      : convertParts(role, parts);
    const sent = role === "system" && isSystemAllowed || role === "assistant" ? role : "user";
    cache.set(message, known = new ConvertedMessage(sent, converted, content, parts));
  }
  return known!;
}

/** Returns the text of a message as it is sent. */
function convert(role: Message["role"], content: string, isSystemAllowed: boolean): string {
  const text = content.toWellFormed();
  switch (role) {
    case "system":
      return isSystemAllowed ? text : wrapInFrame("instructions", text);
    case "tool":
      return wrapInFrame("tool_result", escapeFrames(text));
    case "user":
      return escapeFrames(text);
    case "assistant":
      return text;
    default:
      return role satisfies never;
  }
}

/** Returns the parts of an input or a result as they are sent; a frame is around all of them. */
function convertParts(role: Message["role"], parts: readonly Part[]): readonly ChatPart[] {
  const converted = parts.map((part) =>
    part.type === "text" ? escapeFrames(part.text.toWellFormed()) : new ChatMedia(part)
  );
  if (role === "tool") {
    const first = typeof converted[0] === "string" ? converted.shift() : "";
    converted.unshift(`<tool_result>\n${first}`);
    converted.push("</tool_result>");
  }
  return converted.map((part) => typeof part === "string" ? new ChatText(part) : part);
}

function wrapInFrame(frame: "instructions" | "tool_result", text: string): string {
  return `<${frame}>\n${text}\n</${frame}>`;
}

/** White space is matched in one way only, because two ways take quadratic time. */
const FRAME_REGEXP = /<(?=\s*(?:\/\s*)?(?:instructions|tool_result)\b)/gi;

/** Escapes frame tags in a text. Other text is unchanged. */
export function escapeFrames(text: string): string {
  return text.includes("<") ? text.replaceAll(FRAME_REGEXP, "&lt;") : text;
}

/** Length of a cache key, in hexadecimal digits. 128 bits make collisions negligible. */
const CACHE_KEY_LENGTH = 32;

/**
 * Returns the prompt cache key of a session: a hash of its standing text and its id. The
 * vendor routes requests with the same key to the machine that has cached their common prefix.
 *
 * Source: https://platform.openai.com/docs/guides/prompt-caching.
 */
export async function createCacheKey({ messages, sessionId }: LLMRequest): Promise<string> {
  const standing = messages[0]?.content ?? "";
  let hash = standingHashes.get(standing);
  if (hash === undefined) setBounded(standingHashes, standing, hash = sha256(standing), MAX_HASHES);
  return (await sha256(`${await hash}${sessionId ?? ""}`)).slice(0, CACHE_KEY_LENGTH);
}

/** Maximum number of hashes kept, about one per agent. */
const MAX_HASHES = 64;

const standingHashes = new Map<string, Promise<string>>();

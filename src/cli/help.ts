/**
 * Help screens of `nomos`.
 *
 * @module
 */
import type { CommandName } from "./flags.ts";

const SESSIONS = `Lists, shows, resumes, forks and deletes stored sessions.

Usage: nomos sessions [list | show ID | resume ID | fork ID | delete ID...] [flags]

      --store URL       where they live (sqlite:.nomos/sessions.db)
      --prefix TEXT     list those whose id begins so
      --status STATUS   list those with this status, or one of several; may be repeated
      --limit NUMBER    list at most so many (50)
      --after ID        list those that follow this one
      --agent FILE      fork, resume: the agent (the one that run would find)
      --allow-KIND[=…]  fork, resume: permissions for the agent's code, as for run
      --at NUMBER       fork before this event (the end)
      --as ID           the id of the fork (a new one)
  -y, --yes             delete without asking; needed in a pipe
      --export FILE     show: write the state as JSON
ID of show may be the path of such a file.
Examples:
  nomos sessions
  nomos sessions list --status needs_approval
  nomos sessions show ann
  nomos sessions fork ann --at 12 --as ann-2
`;

/** Help by command; `nomos` is that of the whole. */
export const HELP: Readonly<Record<"nomos" | CommandName, string>> = {
  nomos: `Builds, checks, runs and measures agents.

Usage: nomos COMMAND [AGENT] [flags]

  init       make a new agent that runs at once, without a key
  run        talk to an agent
  validate   check an agent without a model
  graph      draw an agent
  schema     print the JSON Schema of agent files
  test       run the tests of an agent
  profile    show where time, tokens and money of a turn go
  sessions   list, show, fork and delete stored sessions

AGENT is a file: agent.yaml, agent.ts, or agent.ts#name for one of its exports.
Without it: agent.yaml, config.agent.yaml or agent.ts here, or in a folder above within the project.

Flags of every command:
      --json             print one JSON document, and nothing else, on stdout
      --env-file FILE    read these variables (.env.local and .env, if they are there); the shell's win
      --no-color         plain text; so do NO_COLOR and a pipe
  -q, --quiet            only results and errors
  -h, --help             help; \`nomos COMMAND --help\` for a command
  -V, --version          the version

Exit codes: 0 yes; 1 no: not valid, failed, or worse; 2 the command line was not understood;
            3 a model, the network or a store failed, so there is no answer, or nothing comparable (another script); 130 stopped by Ctrl-C
`,
  init: `Makes a new agent that runs at once, without a key.

Usage: nomos init [FOLDER] [flags]

  -t, --template NAME   barista (default), support, or empty
      --ts              agent.ts instead of agent.yaml
      --provider NAME   openai (default), anthropic, google, mistral, groq, cohere, huggingface,
                        azure or ollama
      --from FILE       begin with this agent file, a Nomos one for example
  -y, --yes             ask nothing; so it is without a terminal

FOLDER is the folder of the new agent, this one if it is left out. Nothing is overwritten: a folder
with files in the way is refused, and they are named.
Examples:
  nomos init cafe
  nomos init desk --template support --provider anthropic --yes
  nomos init cafe --from ../cafe/config.agent.yaml
Permissions: --allow-read and --allow-write of the folder
`,
  run: `Talks to an agent.

Usage: nomos run [AGENT] [flags]

  -m, --model MODE      auto (default): the agent's model if its key is set, else the script
                        (in a pipe without --model auto a missing key is exit 3);
                        real; mock: conversation.yaml, then all by itself
  -s, --session ID      go on with this session, or begin it (a new one each time)
      --store URL       where sessions live (sqlite:.nomos/sessions.db); memory: keeps nothing
      --input TEXT      say this, print the answer and stop; may be repeated
      --trace           also print reasoning, and prompts with --trace=prompt
      --approve MODE    ask (default in a terminal), deny (default in a pipe), or always
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --watch           begin anew when a file of the agent changes; the session goes on
      --ignore-flows    load a Nomos file without its flows

In the conversation: /state  /back  /approve  /deny  /trace  /quit.
Ctrl-C once lets the turn settle and saves it, twice stops.
Examples:
  nomos run
  echo "What do you have?" | nomos run agent.yaml --json
  nomos run agent.ts#barista --session ann --store postgres://localhost/agents
`,
  validate: `Checks an agent without a model, a key or a network.

Usage: nomos validate [AGENT] [flags]

      --strict          warnings fail too
      --for VENDOR      check the schemas for this vendor as well; may be repeated (that of the agent)
      --permissions     print only the deno flags that the agent needs
      --explore         also play every step, route, tool outcome and guard
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --watch           again when a file changes
      --ignore-flows    load a Nomos file without its flows
Examples:
  nomos validate
  nomos validate agent.yaml --strict --for anthropic --for google
  deno run $(nomos validate --permissions) main.ts
`,
  graph: `Draws an agent.

Usage: nomos graph [AGENT] [flags]

  -f, --format FORMAT   text: a drawing for the terminal (default in a terminal), mermaid (default in a pipe), svg
  -o, --output FILE     write it there; the format by its name
      --session ID      mark the way of a stored session (--store URL)
      --store URL       where sessions live (sqlite:.nomos/sessions.db)
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --ignore-flows    load a Nomos file without its flows
Examples:
  nomos graph
  nomos graph agent.ts#barista -o graph.svg
  nomos graph --session ann
`,
  sessions: SESSIONS,
  fork: SESSIONS,
  test: `Runs the tests of an agent.

Usage: nomos test [FILE...] [flags]

FILE is a YAML test file, or a folder of them (tests.agent.yaml, then *.tests.yaml). Without it: the
folder of the agent. The agent is the one of the folder of the file, or of a folder above it.
      --filter TEXT     only tests whose name contains TEXT; /REGEXP/ too
  -m, --model MODE      mock: scripts and tapes only (default); real: also what needs a model
      --record          call the real model and record tapes anew
      --strict          a test that was skipped fails
      --runs NUMBER     repeat each test that a model plays or judges
      --junit FILE      write JUnit XML; - for stdout
      --fail-fast       stop at the first failure
      --watch           again when a file changes
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --ignore-flows    load a Nomos file without its flows
Exit code: 1 if a test failed, 3 if only a model or the network did.
Examples:
  nomos test
  nomos test --model real --filter orders --runs 5
  nomos test --strict --junit report.xml
`,
  profile: `Shows where time, tokens and money of a turn go, and holds them against an earlier run.

Usage: nomos profile [AGENT] [flags]
       nomos profile diff A B [flags]

What is played:
      --script FILE     this conversation (conversation.yaml; else all by itself, seed 1)
      --session ID      no play: a stored session, of --store URL; times are coarser
      --as MODEL        with --session: the same log at this model's prices and cache rules
  -m, --model MODE      mock (default): the script, with the delays of --latency; real
      --latency A,B,C   of the mock: to the first token, per 1,000 tokens read, per token written
                        in milliseconds (0,0,0); 400,100,15 is like a small hosted model
What is shown:
      --by KEY          order the tables by time (default), tokens or cost
      --turn NUMBER     this turn alone, event by event
      --functions       the author's and the framework's functions: CPU times, and exact calls, which
                        a second process counts (with Deno), in 10 to 40 more plays
  -n, --iterations N    play the conversation N times after one that warms up (3)
      --markdown        a comment for a pull request
  -o, --output STEM     write STEM.svg, STEM.speedscope.json and, with --functions, STEM.cpuprofile
Against an earlier run:
      --save FILE       write the figures, for --against
      --against FILE    exit 1 if a count got worse; times never fail
      --allow KEY=BY    how much worse a count may be: --allow prompt_chars=5% --allow model_calls=1
Examples:
  nomos profile
  nomos profile --model real --by cost
  nomos profile --save base.json
  nomos profile --against base.json --markdown >> $GITHUB_STEP_SUMMARY
`,
  schema: `Prints the JSON Schema of agent files, for editors.

Usage: nomos schema [flags]

      --kind KIND       agent (default), tests or conversation
  -o, --output FILE     write it there
      --install         write .nomos/*.json, and the first line of your files that points to them
`,
};

/**
 * Help screens of `nomos`.
 *
 * @module
 */
import type { CommandName } from "./flags.ts";

const SESSIONS = `Lists, shows, resumes, forks and deletes stored sessions.

Usage: nomos sessions [list | show ID | resume ID | fork ID | delete ID...] [flags]

      --store URL       store of the sessions (sqlite:.nomos/sessions.db)
      --prefix TEXT     list: sessions whose id begins with TEXT
      --status STATUS   list: sessions with this status; may be repeated
      --limit NUMBER    list: maximum number of sessions (50)
      --after ID        list: sessions that come after ID
      --agent FILE      fork, resume: the agent (the one that run would find)
      --allow-KIND[=…]  fork, resume: permissions for the agent's code, as for run
      --at NUMBER       fork: copy the events before this one (all)
      --as ID           fork: id of the fork (a new one)
  -y, --yes             delete: do not ask; required in a pipe
      --export FILE     show: write the state to FILE as JSON
The ID of show may also be the path of such a file.
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
      --env-file FILE    read variables from FILE (.env.local and .env); those of the shell win
      --no-color         print plain text, as with NO_COLOR or in a pipe
  -q, --quiet            print only results and errors
  -h, --help             print this help; \`nomos COMMAND --help\` prints that of a command
  -V, --version          print the version

Exit codes:
  0    success
  1    negative result: invalid, failed or worse
  2    the command line was not understood
  3    no result: a model, the network or a store failed, or the scripts to compare differ
  130  stopped by Ctrl-C
`,
  init: `Makes a new agent that runs at once, without a key.

Usage: nomos init [FOLDER] [flags]

  -t, --template NAME   barista (default), support, or empty
      --ts              write agent.ts instead of agent.yaml
      --provider NAME   openai (default), anthropic, google, mistral, groq, cohere, huggingface,
                        azure or ollama
      --from FILE       start from this agent file, for example one of Nomos
  -y, --yes             do not ask, as without a terminal

FOLDER is the folder of the new agent. Without it, init asks, or uses the current folder if it
cannot. No file is overwritten: if some are in the way, init lists them and writes nothing.
Examples:
  nomos init cafe
  nomos init desk --template support --provider anthropic --yes
  nomos init cafe --from ../cafe/config.agent.yaml
Permissions: --allow-read and --allow-write of the folder
`,
  run: `Talks to an agent.

Usage: nomos run [AGENT] [flags]

  -m, --model MODE      auto (default): the agent's model if its key is set, otherwise mock;
                        in a pipe, a missing key exits with 3 unless you pass --model auto
                        real: the agent's model
                        mock: conversation.yaml beside the agent, then an automatic model
  -s, --session ID      continue this session, or create it (a new one each time)
      --store URL       store of the sessions (sqlite:.nomos/sessions.db); memory: keeps none
      --input TEXT      send this input, print the answer and exit; may be repeated
      --trace           also print reasoning; --trace=prompt prints prompts, too
      --approve MODE    ask (default in a terminal), deny (default in a pipe), or always
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --watch           restart when a file of the agent changes; the session continues
      --ignore-flows    load a Nomos file without its flows

In the conversation: /state  /back  /approve  /deny  /trace  /quit.
Ctrl-C interrupts the turn and saves it; a second one exits at once.
Examples:
  nomos run
  echo "What do you have?" | nomos run agent.yaml --json
  nomos run agent.ts#barista --session ann --store postgres://localhost/agents
`,
  validate: `Checks an agent without a model, a key or a network.

Usage: nomos validate [AGENT] [flags]

      --strict          fail on warnings, too
      --for VENDOR      check the schemas also for this vendor; may be repeated
      --permissions     print only the deno flags that the agent needs
      --explore         also play every step, route, tool outcome and guard
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --watch           check again when a file changes
      --ignore-flows    load a Nomos file without its flows
Examples:
  nomos validate
  nomos validate agent.yaml --strict --for anthropic --for google
  deno run $(nomos validate --permissions) main.ts
`,
  graph: `Draws an agent.

Usage: nomos graph [AGENT] [flags]

  -f, --format FORMAT   text (default in a terminal), mermaid (default in a pipe) or svg
  -o, --output FILE     write the drawing to FILE, in the format of its extension
      --session ID      mark the path of a stored session
      --store URL       store of the session (sqlite:.nomos/sessions.db)
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

FILE is a file of tests in YAML, or a folder with some (tests.agent.yaml, then *.tests.yaml).
Without it: the folder of the agent. The agent is the one in the folder of the file, or above.
      --filter TEXT     run only tests whose name contains TEXT, or matches /REGEXP/
  -m, --model MODE      mock (default): tests with a script or a tape
                        real: tests that need a model, too
      --record          call the real model, and record the tapes again
      --strict          fail if a test is skipped
      --runs NUMBER     repeat each test that a model plays or judges
      --junit FILE      write JUnit XML; - for stdout
      --fail-fast       stop at the first failure
      --watch           run again when a file changes
      --allow-KIND[=…]  permissions for the agent's code, as for deno run; -A for all
      --ignore-flows    load a Nomos file without its flows
Exit code: 1 if a test failed, 3 if only a model or the network did.
Examples:
  nomos test
  nomos test --model real --filter orders --runs 5
  nomos test --strict --junit report.xml
`,
  profile: `Shows where time, tokens and money of a turn go, and compares them with an earlier run.

Usage: nomos profile [AGENT] [flags]
       nomos profile diff A B [flags]

What is played:
      --script FILE     this conversation (conversation.yaml, or else an automatic model)
      --session ID      nothing: profile a stored session of --store URL; times are coarser
      --as MODEL        with --session: the same log at this model's prices and cache rules
  -m, --model MODE      mock (default): the script, with the delays of --latency
                        real: the agent's model
      --latency A,B,C   delays of the mock in milliseconds: to the first token, per 1,000 tokens
                        read, per token written (0,0,0); 400,100,15 is like a small hosted model
What is shown:
      --by KEY          order the tables by time (default), tokens or cost
      --turn NUMBER     show only this turn, event by event
      --functions       show functions of the author and the framework: CPU times, and exact calls,
                        which a second process counts (with Deno), in 10 to 40 more plays
  -n, --iterations N    play the conversation N times after a warm-up (3)
      --markdown        print Markdown, for a comment on a pull request
  -o, --output STEM     write STEM.svg, STEM.speedscope.json and, with --functions, STEM.cpuprofile
Against an earlier run:
      --save FILE       write the figures to FILE, for --against
      --against FILE    exit with 1 if a count got worse; times are not compared
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
  -o, --output FILE     write the schema to FILE
      --install         write the schemas to .nomos/, and a line into your files that points to them
`,
};

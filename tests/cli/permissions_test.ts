import { assertEquals, assertThrows } from "@std/assert";
import { CommandError } from "../../src/cli/exit_code.ts";
import {
  avoidCommas,
  divide,
  readGrants,
  subtract,
  toFlags,
  unite,
} from "../../src/cli/permissions.ts";
import { locateStore, needsOfStore } from "../../src/cli/store_url.ts";

Deno.test("readGrants, reads the flags of deno run", () => {
  assertEquals(readGrants({ "allow-all": true, "allow-net": [] }), true);
  assertEquals(readGrants({ "allow-net": true, "allow-read": ["a,b", "c"], "allow-run": [] }), {
    read: ["a", "b", "c"],
    net: true,
  });
});

Deno.test("divide, a file may not grant itself programs, native or remote code, all hosts, or files elsewhere", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.symlink("/etc", `${root}/link`);
    const wanted = {
      read: [root, `${root}/menu.json`, `${root}/link`, `${root}/link/hosts`, `${root}/../other`],
      write: [`${root}/out`, "/"],
      net: [
        "api.example.com",
        "*.example.com:8080",
        "*",
        "*.com",
        "*.com.",
        "*:443",
        "0.0.0.0/1",
        "10.0.0.0/8",
      ],
      env: ["KEY", "*", "AWS_*"],
      run: ["ls"],
      ffi: [`${root}/lib.so`],
      sys: ["hostname"],
      import: ["example.com"],
    };
    assertEquals(divide(wanted, root), {
      harmless: {
        read: [root, `${root}/menu.json`],
        write: [`${root}/out`],
        net: ["api.example.com", "*.example.com:8080"],
        env: ["KEY"],
      },
      wishes: {
        read: [`${root}/link`, `${root}/link/hosts`, `${root}/../other`],
        write: ["/"],
        net: ["*", "*.com", "*.com.", "*:443", "0.0.0.0/1", "10.0.0.0/8"],
        env: ["*", "AWS_*"],
        run: ["ls"],
        ffi: [`${root}/lib.so`],
        sys: ["hostname"],
        import: ["example.com"],
      },
    });
    const all = { read: true, write: true, net: true, env: true, import: true } as const;
    assertEquals(divide(all, root), { harmless: {}, wishes: all });
    // A home folder, for example, is no project.
    assertEquals(divide({ read: [root] }, undefined), {
      harmless: {},
      wishes: { read: [root] },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("subtract, what the user granted is not asked for", () => {
  const wishes = { read: ["/a/b", "/c"], net: true, run: ["ls", "cat"] } as const;
  assertEquals(subtract(wishes, { read: ["/a"], net: ["x"], run: ["ls"] }), {
    read: ["/c"],
    net: true,
    run: ["cat"],
  });
  assertEquals(subtract(wishes, { read: true, net: true, run: true }), {});
});

Deno.test("toFlags, returns one flag of each kind", () => {
  const flags = toFlags(unite({ read: ["a", "b"], net: ["x"] }, { net: true, read: ["c", "a"] }));
  assertEquals(flags, ["--allow-read=a,b,c", "--allow-net"]);
  // Without the registry, the package itself could not be imported.
  assertEquals(toFlags({ import: ["example.com"] }), ["--allow-import=example.com,jsr.io"]);
});

Deno.test("avoidCommas, writes a path from the working directory, and refuses one with a comma there", () => {
  const folder = Deno.cwd();
  const above = folder.split("/").map(() => "..").join("/");
  assertEquals(avoidCommas({ read: [`${folder}/a,b/..`, "c"], net: true }), {
    read: [".", "c"],
    net: true,
  });
  assertThrows(
    () => avoidCommas({ read: [`${folder}/${above}/a,b`] }),
    CommandError,
    "because Deno takes none with a comma",
  );
});

Deno.test("needsOfStore, returns the permissions of each store", () => {
  assertEquals(locateStore(undefined, { root: "/cafe" }), "sqlite:/cafe/.nomos/sessions.db");
  assertEquals(locateStore("memory", { root: "/cafe" }), "memory:");
  assertEquals(needsOfStore("memory:"), {});
  assertEquals(needsOfStore("sqlite::memory:"), {});
  assertEquals(needsOfStore("sqlite:data/a.db"), { read: ["data"], write: ["data"] });
  assertEquals(needsOfStore("sqlite:///data/a.db"), { read: ["/data"], write: ["/data"] });
  assertEquals(needsOfStore("postgres://ann:secret@db.example.com/agents"), {
    net: ["db.example.com:5432"],
    env: ["PGBINARY", "PGOPTIONS", "PGREPLICATION"],
  });
  assertEquals(needsOfStore("nonsense"), {});
});

package org.bufferyard.itest.running;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bufferyard.api.contract.LongReport;
import org.bufferyard.itest.running.LaunchedYard.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A yard that is stopped, or killed, and started again. */
final class KeptYardTest {
  private static final Path SCENARIO =
      LaunchedYard.HOME.resolve("launch/yards/camera-display/camera.scenario");
  private static final Path BLOB =
      LaunchedYard.HOME.resolve(
          "bundles/org.bufferyard.conform/src/main/resources/org/bufferyard/conform/recorded/of-address.dtb");
  private static final int BOUND_SECONDS = 60;

  /** Enough for a build; -Plong sets more. */
  private static final int KILLS = Integer.getInteger("bufferyard.kills", 3);

  @TempDir Path folder;

  @Test
  void aStoppedYardGoesOnAsItWasAndTakesWhatChangedMeanwhile() throws Exception {
    String state = folder.resolve("state").toString();
    Path byHand = folder.resolve("by-hand.jar");
    Path dropped = folder.resolve("plugins/dropped.jar");
    jar(byHand, "bench.hand", "1.0.0");
    jar(dropped, "bench.drop", "1.0.0");
    Path json =
        Files.writeString(
            folder.resolve("own.json"),
            """
            {"feature-resource-version":"1.0","id":"test:own:1.0.0","bundles":[],
             "configurations":{"bench.pid":{"answer:Integer":42,"words":["a","b"]}}}
            """);
    try (LaunchedYard yard = LaunchedYard.start(folder, "--state", state, SCENARIO.toString())) {
      assertAnswered(yard.command("plugin", "install", byHand.toString()));
      assertAnswered(yard.command("feature", "install", json.toString()));
      assertAnswered(yard.command("plugin", "stop", "org.bufferyard.device.codec"));
      yard.type("pipeline:stop mainline");
      Path yards = folder.resolve("state/yards.json");
      await(() -> has(yards, "\"streaming\": false"));
      assertEquals(143, yard.terminate());
    }
    jar(byHand, "bench.hand", "2.0.0");
    jar(dropped, "bench.drop", "2.0.0");
    try (LaunchedYard yard = LaunchedYard.start(folder, "--state", state, SCENARIO.toString())) {
      // The folder's watcher lets a jar lie for a moment: it may be still growing.
      List<String> plugins =
          List.of("bench.drop 2.0.0 the plug-in folder", "bench.hand 2.0.0 the shell");
      await(() -> plugins.equals(listed(yard)));
      assertTrue(yard.command("feature", "list").out().contains("\nown 1.0.0"));
      assertEquals(
          "org.bufferyard.device.codec is not started\n",
          yard.command("feature", "problems").out());
      assertTrue(has(folder.resolve("state/configuration.json"), "\"answer:Integer\": 42"));
      List<String> pipelines =
          yard.command("status").out().lines()
              .filter(line -> line.startsWith("mainline ") || line.startsWith("proposal "))
              .map(line -> line.split("\\s+")[0] + " " + line.split("\\s+")[1])
              .toList();
      assertEquals(List.of("mainline STOPPED", "proposal STREAMING"), pipelines, "once, as it was");
      assertEquals(0, yard.command("stop").code());
      assertEquals(0, yard.exitCode());
    }
  }

  @Test
  void aStateFolderHasOneYard() throws Exception {
    String state = folder.resolve("state").toString();
    try (LaunchedYard yard = LaunchedYard.start(folder, "--state", state)) {
      Run second = LaunchedYard.run(folder, "start", "--state", state);
      assertEquals(2, second.code());
      assertEquals(
          "bufferyard: start: state folder %s: another yard uses it; stop that one, or name another folder\n"
              .formatted(state),
          second.err());
      assertTrue(yard.isRunning());
    }
  }

  /** Boards are saved by the yard while it is killed, at random moments. */
  @Test
  void aKilledYardLosesNoBoardThatWasSavedAndStartsAgain() throws Exception {
    long begin = System.nanoTime();
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.printf("kill loop: seed %d, %d kills%n", seed, KILLS);
    Random random = new Random(seed);
    String state = folder.resolve("state").toString();
    Path boards = Files.createDirectories(folder.resolve("boards"));
    List<Path> saved = new ArrayList<>();
    for (int round = 0; round < KILLS; round++) {
      try (LaunchedYard yard = LaunchedYard.start(folder, "--state", state, SCENARIO.toString())) {
        long after = TimeUnit.MILLISECONDS.toNanos(random.nextInt(50, 1500));
        Thread killer = Thread.ofPlatform().start(() -> killLater(yard, after));
        for (int i = 0; yard.isRunning(); i++) {
          Path board = boards.resolve("board-%d-%d.topology".formatted(round, i % 5));
          Run run = yard.command("import", BLOB.toString(), "-o", board.toString());
          if (run.code() == 0) {
            saved.add(board);
          }
        }
        killer.join();
      }
      for (Path board : saved) {
        assertTrue(Files.exists(board), board + " was saved and is gone");
      }
      try (Stream<Path> files = Files.list(boards)) {
        for (Path file : files.filter(f -> !f.getFileName().toString().startsWith(".")).toList()) {
          assertWhole(file);
        }
      }
    }
    try (LaunchedYard yard = LaunchedYard.start(folder, "--state", state)) {
      String status = yard.command("status").out();
      assertTrue(status.contains("\nmainline ") && status.contains("\nproposal "), status);
    }
    report(
        "kills",
        "A running yard killed at random moments",
        """
        SIGKILL %d times, seed %d, 50 to 1,500 ms after the start, while boards were being saved: %,d
        were, every one of them is there and whole, and the yard came back each time, with its pipelines.
        %,d s altogether.
        """
            .formatted(
                KILLS,
                seed,
                saved.size(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)));
  }

  /** The long build's alone. */
  private static void report(String name, String title, String text) {
    if (KILLS > 3) {
      LongReport.write(name, title, text);
    }
  }

  /** Commands are typed, and the yard is killed as soon as the last one is answered. */
  @Test
  void aKilledYardKeepsEveryCommandThatWasAnswered() throws Exception {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    int kills = Math.max(2, KILLS / 5);
    System.out.printf("kills after an answer: seed %d, %d kills%n", seed, kills);
    Random random = new Random(seed);
    String state = folder.resolve("state").toString();
    int commands = 0;
    Map<String, String> wanted = new TreeMap<>(Map.of("mainline", "true 0.0", "proposal", "true 0.0"));
    for (int round = 0; round < kills; round++) {
      try (LaunchedYard yard = LaunchedYard.start(folder, "--state", state, SCENARIO.toString())) {
        assertEquals(wanted, wishes(), "seed " + seed + ", brought back in round " + round);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          commands++;
          String pipeline = random.nextBoolean() ? "mainline" : "proposal";
          String[] wish = wanted.get(pipeline).split(" ");
          if (random.nextBoolean()) {
            wish[0] = Boolean.toString(!Boolean.parseBoolean(wish[0]));
            yard.type("pipeline:" + (wish[0].equals("true") ? "start " : "stop ") + pipeline);
          } else {
            wish[1] = random.nextInt(1, 200) + ".0";
            yard.type("pipeline:pace " + pipeline + " " + wish[1]);
          }
          wanted.put(pipeline, String.join(" ", wish));
        }
        // Lines are run one after another: whoever is answered comes behind the rest.
        yard.type("plugin:list");
        yard.await(line -> line.equals("every bundle belongs to a feature"));
        yard.kill();
      }
      assertEquals(wanted, wishes(), "seed " + seed + ", round " + round);
    }
    report(
        "answers",
        "A running yard killed right after an answer",
        """
        SIGKILL %d times, seed %d, as soon as the last of one to three commands on pipelines was
        answered: none of %d commands was lost.
        """
            .formatted(kills, seed, commands));
  }

  /** What the state folder says is wanted of each pipeline: whether it streams, and how fast. */
  private Map<String, String> wishes() throws IOException {
    Map<String, String> wishes = new TreeMap<>();
    Matcher wish =
        Pattern.compile(
                "\"spec\": \\{\\s*\"name\": \"(\\w+)\".*?\"streaming\": (\\w+),"
                    + "\\s*\"framesPerSecond\": ([0-9.]+)",
                Pattern.DOTALL)
            .matcher(Files.readString(folder.resolve("state/yards.json")));
    while (wish.find()) {
      // A pace is kept as a period of whole nanoseconds.
      wishes.put(
          wish.group(1), wish.group(2) + " " + Math.round(Double.parseDouble(wish.group(3))) + ".0");
    }
    return wishes;
  }

  private static void killLater(LaunchedYard yard, long nanos) {
    LockSupport.parkNanos(nanos);
    try {
      yard.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertWhole(Path file) throws Exception {
    assertFalse(Files.size(file) == 0, file + " is empty");
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  private static List<String> listed(LaunchedYard yard) {
    try {
      return yard.command("plugin", "list").out().lines().sorted().toList();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertAnswered(Run run) {
    assertEquals(0, run.code(), run.err());
  }

  private static boolean has(Path file, String text) {
    try {
      return Files.exists(file) && Files.readString(file).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "it did not come about");
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Written beside and moved in, so that no half-written jar is read. */
  private static void jar(Path file, String name, String version) throws IOException {
    Files.createDirectories(file.getParent());
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", name);
    headers.putValue("Bundle-Version", version);
    Path part = file.resolveSibling(".part");
    try (OutputStream out = Files.newOutputStream(part)) {
      new JarOutputStream(out, manifest).close();
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}

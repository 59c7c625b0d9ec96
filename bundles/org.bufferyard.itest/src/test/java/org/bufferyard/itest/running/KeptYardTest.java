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
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
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

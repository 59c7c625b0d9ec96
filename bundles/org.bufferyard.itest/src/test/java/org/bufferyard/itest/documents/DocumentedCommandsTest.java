package org.bufferyard.itest.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bufferyard.itest.running.LaunchedYard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents tell a newcomer to type works, through the start script on what this build has
 * made: every shell block of the README that begins with {@code # ci}, each in a process of its own,
 * and every example scenario, handed to one yard that runs (RunningYardTest holds that it answers as
 * a command by itself does).
 */
final class DocumentedCommandsTest {
  private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```sh\\R# ci\\R(.*?)```", Pattern.DOTALL);
  private static final int BOUND_SECONDS = 120;

  /** Examples with a mistake on purpose, or of an exporter that makes it: the checker finds it. */
  private static final Set<String> PLANTED =
      Set.of(
          "launch/yards/caches/caches.scenario",
          "launch/yards/exporters/gem-dma.scenario",
          "launch/yards/exporters/udmabuf.scenario",
          "launch/yards/exporters/vb2-contig-noncontig.scenario",
          "launch/yards/exporters/vb2-contig.scenario",
          "launch/yards/faults/fence.scenario",
          "launch/yards/faults/out-of-range.scenario",
          "launch/yards/smmu/stray.scenario",
          "launch/yards/vt-d/interrupts.scenario");

  private static LaunchedYard yard;

  @BeforeAll
  static void startAYard(@TempDir Path folder) throws Exception {
    yard = LaunchedYard.start(folder);
  }

  @AfterAll
  static void stopTheYard() throws Exception {
    yard.close();
  }

  @TestFactory
  Stream<DynamicTest> everyCommandOfTheReadme() throws IOException {
    List<String> commands = commandsOf(Files.readString(HOME.resolve("README.md")));
    assertFalse(commands.isEmpty(), "the README shows no command to run");
    return commands.stream().map(c -> DynamicTest.dynamicTest(c, () -> assertAnswered(c)));
  }

  @TestFactory
  Stream<DynamicTest> everyExampleScenario() throws IOException {
    try (Stream<Path> files = Files.walk(HOME.resolve("launch/yards"))) {
      List<String> commands =
          files
              .filter(f -> f.toString().endsWith(".scenario"))
              .map(f -> HOME.relativize(f).toString())
              .sorted()
              .toList();
      assertTrue(commands.containsAll(PLANTED), commands.toString());
      return commands.stream()
          .map(f -> DynamicTest.dynamicTest(f, () -> assertFound(f, PLANTED.contains(f))));
    }
  }

  @Test
  void badInputIsOneLineAndExitCode2() throws Exception {
    Run run = run("launch/bufferyard explain launch/yards/thread-2017/board.topology codec gpu");
    assertEquals(2, run.code());
    assertEquals(1, run.said().lines().count(), run.said());
    assertTrue(run.said().contains("no device 'gpu'"), run.said());
  }

  private static List<String> commandsOf(String document) {
    Matcher block = BLOCK.matcher(document);
    return block
        .results()
        .flatMap(m -> m.group(1).lines())
        .map(String::strip)
        .filter(l -> !l.isEmpty() && !l.startsWith("#"))
        .toList();
  }

  private static void assertAnswered(String command) throws Exception {
    Run run = run(command);
    assertEquals(0, run.code(), run.said());
    assertFalse(run.said().isBlank());
  }

  /** The checker has something to say where a mistake was planted, and nowhere else. */
  private static void assertFound(String example, boolean planted) throws Exception {
    LaunchedYard.Run run = yard.command("run", example);
    assertEquals(0, run.code(), run.out() + run.err());
    assertEquals("", run.err(), "the yard answers, and nobody complains");
    assertEquals(planted, run.out().contains("\nfindings\n"), run.out());
  }

  private record Run(int code, String said) {}

  private static Run run(String command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("documented", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", command)
              .directory(HOME.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      // We are inside a build: the script must not start another one in the same folders.
      builder.environment().put("BUFFERYARD_BUILD", "never");
      // And nobody's running yard shall answer.
      builder.environment().put("BUFFERYARD_YARD", "none");
      Process process = builder.start();
      boolean ended = process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertTrue(ended, command + " did not end within " + BOUND_SECONDS + " s");
      return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }
}

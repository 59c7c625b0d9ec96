package org.bufferyard.itest.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every case that the product carries is replayed, as a person would: the page about agreement says
 * what the command says today, and that everything agrees or lies beyond what a model can know. The
 * build's one whole replay, hence in the product and not in conform's own tests.
 */
final class FidelityPageTest {
  private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
  private static final int BOUND_SECONDS = 300;

  @TempDir Path directory;

  @Test
  void pageIsWhatConformWritesAndNothingUnexplainedDiffers()
      throws IOException, InterruptedException {
    String page = replayed();
    assertFalse(
        page.contains("The model is at fault."), "a difference that nobody explained:\n" + page);
    long differ = row(page, "differ");
    assertEquals(row(page, "of these in a way that no model can know"), differ);
    assertTrue(differ <= 3, () -> differ + " cases differ");
    assertEquals(18_883 + 94, row(page, "all"));
    assertTrue(row(page, "agree") >= 18_188, page);
    assertEquals(row(page, "skipped"), skippedForAReason(page));
    assertEquals(
        page,
        Files.readString(HOME.resolve("docs/fidelity.md")),
        "write it anew: launch/bufferyard conform --format markdown --quiet --report docs/fidelity.md");
  }

  /** The count in a row of the page's first table. */
  private static long row(String page, String name) {
    Matcher row =
        Pattern.compile("^\\| " + name + "[^|]*\\| (\\d+) \\|$", Pattern.MULTILINE).matcher(page);
    assertTrue(row.find(), () -> "no row " + name + " in\n" + page);
    return Long.parseLong(row.group(1));
  }

  /** What the table of reasons adds up to. */
  private static long skippedForAReason(String page) {
    String rest = page.substring(page.indexOf("## What is skipped, and why"));
    return Pattern.compile("^\\| (\\d+) \\|", Pattern.MULTILINE)
        .matcher(rest.substring(0, rest.indexOf("## What is not modelled")))
        .results()
        .mapToLong(row -> Long.parseLong(row.group(1)))
        .sum();
  }

  private String replayed() throws IOException, InterruptedException {
    Path page = directory.resolve("fidelity.md");
    ProcessBuilder builder =
        new ProcessBuilder(
                "launch/bufferyard", "conform", "--format", "markdown", "--quiet", "--report",
                page.toString())
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("said.txt").toFile());
    // We are inside a build: the script must not start another one in the same folders.
    builder.environment().put("BUFFERYARD_BUILD", "never");
    builder.environment().put("BUFFERYARD_YARD", "none");
    Process process = builder.start();
    boolean ended = process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertTrue(ended, "conform did not end within " + BOUND_SECONDS + " s");
    assertTrue(process.exitValue() <= 1, Files.readString(directory.resolve("said.txt")));
    return Files.readString(page);
  }
}

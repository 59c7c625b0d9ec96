package org.bufferyard.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.command.BatchCommands;
import org.junit.jupiter.api.Test;
import org.osgi.test.common.annotation.InjectService;

/** The command line as the launcher meets it: a service. */
public final class CommandLineInContainerTest {
  @InjectService BatchCommands commands;

  @Test
  void versionIsAnswered() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = commands.run(List.of("--version"), print(out), print(err), Path.of("").toAbsolutePath());
    assertEquals(0, code, () -> err.toString(StandardCharsets.UTF_8));
    assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("bufferyard "));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}

package org.bufferyard.itest.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.command.BatchCommands;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** The command line of the running framework, as a person would use it. */
public record Terminal(BundleContext context) {
  /** What a command said. */
  public record Said(int code, String out, String err) {
    /** The answer, of a command that had one. */
    public String answer() {
      assertEquals(0, code, err);
      assertEquals("", err);
      return out;
    }

    /** The complaint, of a command that had none but one line. */
    public String complaint() {
      assertEquals(2, code, () -> out + err);
      assertEquals("", out);
      assertEquals(1, err.lines().count(), err);
      return err.strip();
    }
  }

  /** Folder above all modules. */
  public static Path home(BundleContext context) {
    return Path.of(context.getProperty("bufferyard.itest.home")).toAbsolutePath().normalize();
  }

  public Said run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ServiceReference<BatchCommands> reference = context.getServiceReference(BatchCommands.class);
    int code =
        context
            .getService(reference)
            .run(List.of(arguments), print(out), print(err), home(context));
    context.ungetService(reference);
    return new Said(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}

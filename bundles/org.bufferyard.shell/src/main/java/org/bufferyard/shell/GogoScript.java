package org.bufferyard.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/** Runs lines in a session of Gogo's. Apart from {@link GogoLines}: only this needs Gogo's classes. */
final class GogoScript {
  /** Where a command without a scope is looked for; the same as in launch/console/etc/gosh_profile. */
  private static final String SCOPES = "felix:yard:gogo:*";

  private GogoScript() {}

  static void run(
      Object parser, InputStream in, PrintStream out, PrintStream err, Path directory) {
    CommandProcessor processor = (CommandProcessor) parser;
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, err)) {
      session.put("SCOPE", SCOPES);
      session.currentDir(directory);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        run(session, line, out, err);
      }
    } catch (IOException e) {
      // As good as the end of the input.
    }
  }

  @SuppressWarnings("IllegalCatch")
  private static void run(CommandSession session, String line, PrintStream out, PrintStream err) {
    try {
      Object result = session.execute(line);
      if (result != null) {
        out.println(session.format(result, Converter.INSPECT));
      }
    } catch (Exception e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      err.println("bufferyard: " + message.replaceAll("\\s*\\R\\s*", " "));
    }
    out.flush();
    err.flush();
  }
}

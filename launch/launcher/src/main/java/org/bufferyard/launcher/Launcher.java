package org.bufferyard.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The main class. */
public final class Launcher {
  /** System property: the folder that holds {@code features/} and {@code launch/}. */
  private static final String HOME = "bufferyard.home";

  /**
   * System property: features to install, comma between; nothing is run, but what is wrong then is
   * printed. For the tests of the features.
   */
  private static final String CHECK = "bufferyard.check";

  private static final int BAD_USAGE = 2;
  private static final int INTERNAL = 3;

  /** What every command needs. The live feature is added by the command that stays. */
  private static final List<String> FEATURES = List.of("core", "devices", "shell");

  private Launcher() {}

  public static void main(String[] arguments) {
    PrintStream out = buffered(FileDescriptor.out);
    PrintStream err = buffered(FileDescriptor.err);
    int code = run(List.of(arguments), out, err);
    out.flush();
    err.flush();
    System.exit(code);
  }

  private static int run(List<String> arguments, PrintStream out, PrintStream err) {
    String home = System.getProperty(HOME);
    if (home == null) {
      err.println("bufferyard: -D" + HOME + " is not set; start it with launch/bufferyard");
      return BAD_USAGE;
    }
    Path directory = Path.of("").toAbsolutePath();
    try (Yardhouse house = Yardhouse.open(Path.of(home).toAbsolutePath())) {
      Runtime.getRuntime().addShutdownHook(new Thread(house::close, "stop"));
      String check = System.getProperty(CHECK);
      if (check != null) {
        return check(house, List.of(check.split(",")), out);
      }
      for (String feature : FEATURES) {
        house.install(feature);
      }
      return house.run(arguments, out, err, directory);
    } catch (BootException e) {
      err.println("bufferyard: " + e.getMessage());
      return INTERNAL;
    }
  }

  private static int check(Yardhouse house, List<String> features, PrintStream out) {
    features.forEach(house::install);
    List<?> problems = house.problems();
    problems.forEach(out::println);
    return problems.isEmpty() ? 0 : INTERNAL;
  }

  /** A command may print a million lines; a line at a time would cost a system call each. */
  private static PrintStream buffered(FileDescriptor file) {
    return new PrintStream(
        new FileOutputStream(file), System.console() != null, StandardCharsets.UTF_8);
  }
}

package org.bufferyard.shell;

import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.bufferyard.platform.command.BatchCommands;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.shell.command.Answer;
import org.bufferyard.shell.command.CommandName;
import org.bufferyard.shell.command.CommonOptions;
import org.bufferyard.shell.command.ShellCommand;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import picocli.CommandLine;

/**
 * The command line: finds the command, lets picocli parse, runs it, writes the answer. Safe for any
 * thread.
 *
 * <p>Commands are this bundle's own components, known by name; only the one that is called is made.
 * A command whose service is missing is not there, and the message says so.
 */
@Component(service = BatchCommands.class)
public final class CommandLineShell implements BatchCommands {
  static final int ANSWERED = 0;
  static final int BAD_INPUT = 2;
  static final int INTERNAL = 3;

  /** How the class names of our own plug-ins begin. */
  private static final String OURS = "org.bufferyard.";

  private final Map<String, ComponentServiceObjects<ShellCommand>> commands =
      new ConcurrentHashMap<>();

  @Reference(
      service = ShellCommand.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void addCommand(ComponentServiceObjects<ShellCommand> command) {
    commands.put(nameOf(command), command);
  }

  void removeCommand(ComponentServiceObjects<ShellCommand> command) {
    commands.remove(nameOf(command), command);
  }

  private static String nameOf(ComponentServiceObjects<ShellCommand> command) {
    return String.valueOf(command.getServiceReference().getProperty(CommandName.KEY));
  }

  @Override
  public int run(
      List<String> arguments, PrintStream out, PrintStream err, Path workingDirectory) {
    String name = arguments.isEmpty() ? "--help" : arguments.getFirst();
    if (name.startsWith("-")) {
      return Usage.answer(name, new TreeMap<>(commands).keySet(), out, err);
    }
    ComponentServiceObjects<ShellCommand> found = commands.get(name);
    if (found == null) {
      err.println("bufferyard: " + missing(name));
      return BAD_INPUT;
    }
    ShellCommand command = found.getService();
    try {
      List<String> rest = arguments.subList(1, arguments.size());
      return call(command.newCall(), rest, out, err, workingDirectory);
    } finally {
      giveBack(found, command);
    }
  }

  private static void giveBack(ComponentServiceObjects<ShellCommand> found, ShellCommand command) {
    try {
      found.ungetService(command);
    } catch (IllegalStateException e) {
      // A command that stays ends because the framework stops, and then it is gone already.
    }
  }

  private String missing(String name) {
    return KnownCommand.of(name).isPresent()
        ? "command '" + name + "' is not available: a bundle that it needs is not running"
        : "there is no command '" + name + "'; 'bufferyard --help' lists them";
  }

  private static int call(
      ShellCommand.Call call,
      List<String> arguments,
      PrintStream out,
      PrintStream err,
      Path directory) {
    PrintWriter outWriter = new PrintWriter(out, true, StandardCharsets.UTF_8);
    CommandLine line = new CommandLine(call).setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(outWriter);
    try {
      line.parseArgs(arguments.toArray(String[]::new));
      if (line.isUsageHelpRequested()) {
        line.usage(outWriter);
        return ANSWERED;
      }
      Answer answer = call.answer(directory, progress(call.common(), err));
      new AnswerWriter(call.common(), directory).write(answer, out);
      out.flush();
      if (!call.common().quiet()) {
        answer.note().ifPresent(err::println);
      }
      call.stay();
      return answer.exitCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return INTERNAL;
    } catch (CommandLine.ParameterException e) {
      err.println("bufferyard: " + oneLine(e.getMessage()) + hint(line));
      return BAD_INPUT;
    } catch (BadInputException e) {
      err.println("bufferyard: " + e.getMessage());
      return BAD_INPUT;
    } catch (PlugInException e) {
      return broken(e, err);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      return ourBug(e.toString(), e, err);
    }
  }

  /** Only a person at a terminal wants to see how far it is; a log wants the answer. */
  private static Consumer<String> progress(CommonOptions options, PrintStream err) {
    Console console = System.console();
    boolean watched = console != null && console.isTerminal() && !options.quiet();
    return watched ? err::println : line -> {};
  }

  /** A foreign plug-in is something that was given to us; one of our own is ours. */
  private static int broken(PlugInException e, PrintStream err) {
    if (e.provider().startsWith(OURS)) {
      return ourBug(e.getMessage(), e, err);
    }
    err.println("bufferyard: " + e.getMessage() + "; it is out of use now: update or remove it");
    return BAD_INPUT;
  }

  private static int ourBug(String what, Throwable e, PrintStream err) {
    err.println("bufferyard: this is a bug of bufferyard, please report it: " + oneLine(what));
    e.printStackTrace(err);
    return INTERNAL;
  }

  private static String hint(CommandLine line) {
    return "; 'bufferyard " + line.getCommandName() + " --help' says how it is used";
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", " ");
  }
}

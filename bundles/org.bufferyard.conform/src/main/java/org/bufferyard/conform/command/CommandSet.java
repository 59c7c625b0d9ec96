package org.bufferyard.conform.command;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Every command that the interpreter knows, by verb. */
public final class CommandSet {
  private final Map<String, Command> commands = new HashMap<>();

  public CommandSet() {
    DeviceCommands.addTo(commands);
    AllocationCommands.addTo(commands);
    ListCommands.addTo(commands);
    MappingCommands.addTo(commands);
    AccessCommands.addTo(commands);
    YardCommands.addTo(commands);
    MisuseCommands.addTo(commands);
    BufferCommands.addTo(commands);
    UserCommands.addTo(commands);
    FenceCommands.addTo(commands);
  }

  public Optional<Command> command(String verb) {
    return Optional.ofNullable(commands.get(verb));
  }

  /** Why a case with this verb cannot be replayed yet. */
  public static String reasonFor(String verb) {
    return "unknown command " + verb;
  }
}

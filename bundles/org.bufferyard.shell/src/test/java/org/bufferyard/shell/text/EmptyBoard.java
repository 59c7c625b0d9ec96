package org.bufferyard.shell.text;

import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/** A board with nothing on it, for reports that are about something else. */
final class EmptyBoard {
  static final PlatformSpec SPEC =
      new PlatformSpec(
          "b",
          new MachineSpec(
              MachineSpec.Architecture.ARM64,
              0xffff_ffffL,
              true,
              false,
              Optional.empty(),
              MachineSpec.Bounce.NONE,
              MachineSpec.IommuMode.STRICT),
          List.of(),
          List.of(),
          List.of(),
          List.of());

  private EmptyBoard() {}
}

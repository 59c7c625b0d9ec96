package org.bufferyard.platform.recorded;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * One boot of a recording machine: what was constant in it.
 *
 * @param run name of the boot, such as {@code arm64-6.12-direct}
 * @param architecture as recorded, such as {@code arm64}
 * @param config how the kernel was set up, such as {@code direct} or {@code smmu-strict}
 * @param release {@code uname -r}
 * @param kernel the profile that plays this release
 * @param board device ids are the short names that recorded commands use
 * @param arenas page runs that the recorder held, by letter
 */
public record RecordedBoot(
    String run,
    String architecture,
    String config,
    String release,
    KernelProfile kernel,
    PlatformSpec board,
    Map<String, PhysRange> arenas) {

  public RecordedBoot {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(release, "release");
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(board, "board");
    arenas = Map.copyOf(arenas);
  }

  /** Whether its kernel had CONFIG_DMA_API_DEBUG and looked. */
  public boolean debugsDma() {
    return board.machine().debugging().dmaApi();
  }

  /** The arena of that letter. */
  public Optional<PhysRange> arena(String letter) {
    return Optional.ofNullable(arenas.get(letter));
  }
}

package org.bufferyard.conform;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.recorded.RecordedBoot;

/**
 * The checker beside one case, where the recorded kernel had DMA_API_DEBUG. Its books begin with the
 * case: what an earlier case of the boot left in the kernel's is not in them.
 */
final class DebugReader {
  private final Optional<CheckSession> session;
  private final List<Finding> findings = new ArrayList<>();
  private long leftovers;

  DebugReader(Checks checks, RecordedBoot boot) {
    this.session =
        boot.board().machine().debugging().dmaApi()
            ? Optional.of(
                checks.open(boot.board(), boot.kernel(), Set.of(Finding.Family.DMA_DEBUG)))
            : Optional.empty();
  }

  /**
   * What the kernel counted while devices were created anew for the case is an input: entries that an
   * earlier case left. As many of its lines come first.
   */
  void leftovers(JsonObject recorded) {
    leftovers += RecordedPlaces.number(recorded.get("dbg")).orElse(0L);
  }

  /** The first recorded line that the checker does not say in its turn. */
  Optional<String> missing(List<String> log) {
    return isOn() ? DebugLog.missing(log, leftovers, findings) : Optional.empty();
  }

  boolean isOn() {
    return session.isPresent();
  }

  /** Reads on; how much {@code error_count} grew. */
  long errors(List<DmaEvent> events) {
    List<Finding> now = session.map(s -> s.read(events)).orElse(List.of());
    findings.addAll(now);
    return now.stream().filter(Finding::counted).count();
  }
}

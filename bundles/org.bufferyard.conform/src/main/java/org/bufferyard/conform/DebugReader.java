package org.bufferyard.conform;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.record.DebugLog;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.recorded.RecordedBoot;

/**
 * The checker beside the cases of one boot, where the recorded kernel had DMA_API_DEBUG. Its books are
 * never cleared, as the kernel's: what one case forgets is there in the next. Used by one thread.
 */
final class DebugReader {
  private final Optional<CheckSession> session;
  private final List<Finding> findings = new ArrayList<>();
  private long leftBefore;

  DebugReader(Checks checks, RecordedBoot boot) {
    this.session =
        boot.debugsDma()
            ? Optional.of(
                checks.open(boot.board(), boot.kernel(), Set.of(Finding.Family.DMA_DEBUG)))
            : Optional.empty();
  }

  /** The recorder clears the flags of what is said once before each case. */
  void beginCase() {
    session.ifPresent(CheckSession::clearWarnOnce);
    findings.clear();
    leftBefore = 0;
  }

  /**
   * What the kernel counts more than the checker while devices are created anew is an input: killed
   * processes leave what no case shows, and so do cases whose place in the boot is not known.
   *
   * @param said what the checker counts
   * @return what to compare
   */
  long leftBefore(JsonObject recorded, long said) {
    leftBefore = Math.max(0, RecordedPlaces.number(recorded.get("dbg")).orElse(0L) - said);
    return said + leftBefore;
  }

  /** The first recorded line of the case that the checker does not say in its turn. */
  Optional<String> missing(List<String> log) {
    return isOn() ? DebugLog.missing(log, leftBefore, findings) : Optional.empty();
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

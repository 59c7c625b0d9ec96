package org.bufferyard.conform.record;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;

/**
 * Kernel log lines by class: what a recorded line says, the model must say too. Its silence where
 * the record is silent proves nothing, since the kernel limits the rate of its messages.
 */
public final class KernelLog {
  private static final Pattern WARNING =
      Pattern.compile("^WARNING: .*, CPU#\\d+: [^/]+/(\\d{1,10})$");

  private KernelLog() {}

  /** The class of a recorded line; empty for lines that no class covers, such as a call trace. */
  public static Optional<MessageClass> classify(String line) {
    if (line.contains("kernel BUG at") || line.contains("Oops - BUG")) {
      return Optional.of(MessageClass.BUG);
    }
    if (line.contains("Unable to handle kernel")
        || line.contains("BUG: unable to handle")
        || line.contains("BUG: kernel NULL pointer")
        || line.contains("Internal error: Oops")) {
      return Optional.of(MessageClass.OOPS);
    }
    if (line.contains("overflow (mask")) {
      return Optional.of(MessageClass.OVERFLOW);
    }
    if (line.contains("swiotlb buffer is full")) {
      return Optional.of(MessageClass.BOUNCE_FULL);
    }
    if (line.contains("reserved memory is beyond device's set DMA address range")) {
      return Optional.of(MessageClass.BEYOND_MASK);
    }
    // Before 6.13 the driver of SMMUv3 prints the number of the event alone.
    if (line.contains("event: F_")
        || line.contains("event: C_")
        || line.contains("arm-smmu-v3") && line.contains(": event 0x")
        || line.contains("DMAR: [DMA")) {
      return Optional.of(MessageClass.IOMMU_FAULT);
    }
    return Optional.empty();
  }

  /** Number of the process in which a warning was raised; the line's form is that of 6.14 and later. */
  static Optional<Long> process(String line) {
    Matcher warning = WARNING.matcher(line);
    return warning.find() ? Optional.of(Long.valueOf(warning.group(1))) : Optional.empty();
  }

  /** Whether the thread that ran the case died with this line. */
  static boolean isEnd(String line) {
    return classify(line)
        .filter(c -> c == MessageClass.BUG || c == MessageClass.OOPS)
        .isPresent();
  }

  /** The classes that the model's events stand for. */
  public static Set<MessageClass> raised(List<DmaEvent> events) {
    Set<MessageClass> raised = EnumSet.noneOf(MessageClass.class);
    for (DmaEvent event : events) {
      if (event instanceof DmaEvent.KernelMessage message) {
        raised.add(message.kind());
      } else if (event instanceof DmaEvent.Oopsed) {
        // A bad access and a BUG end the thread alike; their text tells them apart for people.
        raised.add(MessageClass.OOPS);
        raised.add(MessageClass.BUG);
      } else if (event instanceof DmaEvent.Faulted) {
        raised.add(MessageClass.IOMMU_FAULT);
      }
    }
    return raised;
  }
}

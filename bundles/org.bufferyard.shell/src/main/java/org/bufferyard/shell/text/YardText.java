package org.bufferyard.shell.text;

import java.util.Locale;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.live.YardStatus.DeviceStatus;
import org.bufferyard.platform.live.YardStatus.MappingStatus;
import org.bufferyard.platform.scenario.RunReport.Dropped;
import org.bufferyard.platform.yard.Balance;

/** Running yards for a reader. */
public final class YardText {
  private YardText() {}

  /** Everything of one yard. */
  public static String of(YardStatus yard) {
    StringBuilder text = new StringBuilder();
    Balance taken = yard.balance();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %s, kernel %s; %d swaps, longest gap %d ms, %d abandoned threads%n",
            yard.name(),
            yard.board(),
            yard.kernel(),
            yard.swaps(),
            yard.longestGapNanos() / 1_000_000,
            yard.abandonedThreads()));
    text.append(
        String.format(
            "taken: %d mappings, %d buffers%s, %d pages, %d IOVA frames, %d bounce slots%n",
            taken.mappings(),
            taken.buffers(),
            taken.lost() == 0 ? "" : " (" + taken.lost() + " lost)",
            taken.pages(),
            taken.iovaFrames(),
            taken.bounceSlots()));
    yard.waiting().forEach(line -> text.append(line).append('\n'));
    text.append('\n').append(pipelines(yard));
    text.append('\n').append(devices(yard));
    if (!yard.mappings().isEmpty()) {
      text.append('\n').append(mappings(yard));
    }
    return text.toString();
  }

  private static String pipelines(YardStatus yard) {
    Columns table =
        new Columns("")
            .row("pipeline", "state", "frames/s", "in", "out", "flying", "dropped", "wrong",
                "faults", "bounced", "why");
    for (PipelineStatus p : yard.pipelines()) {
      table.row(
          p.name(),
          p.state(),
          Math.round(p.framesPerSecond()),
          p.framesIn(),
          p.framesOut(),
          p.framesInFlight(),
          p.framesDropped(),
          p.wrongChecksums(),
          p.faults(),
          p.bouncedBytes(),
          p.reason().isEmpty() ? mostFrequent(p) : p.reason());
    }
    return table.text();
  }

  private static String mostFrequent(PipelineStatus pipeline) {
    return pipeline.dropped().stream()
        .findFirst()
        .map((Dropped d) -> d.frames() + " dropped: " + d.reason())
        .orElse("");
  }

  /** The busiest; how many there are by device says the table above. */
  private static String mappings(YardStatus yard) {
    Columns table = new Columns("").row("mapping", "of", "at", "bytes", "read", "written");
    for (MappingStatus m : yard.mappings()) {
      table.row(
          m.kind(),
          m.device(),
          "0x" + Long.toHexString(m.dma()),
          m.sizeBytes(),
          m.bytesRead(),
          m.bytesWritten());
    }
    return table.text();
  }

  private static String devices(YardStatus yard) {
    Columns table =
        new Columns("").row("device", "frames", "bytes", "bounced", "faults", "mappings");
    for (DeviceStatus d : yard.devices()) {
      table.row(d.name(), d.frames(), d.bytes(), d.bounces(), d.faults(), d.mappings());
    }
    return table.text();
  }
}

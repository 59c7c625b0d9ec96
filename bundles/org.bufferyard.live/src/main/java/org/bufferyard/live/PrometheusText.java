package org.bufferyard.live;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.live.Metrics;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.live.YardStatus.DeviceStatus;
import org.bufferyard.platform.live.YardStatus.MappingSum;
import org.bufferyard.platform.scenario.RunReport.Dropped;
import org.bufferyard.platform.yard.Balance;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** All counters as text; a family a name, its samples one below the other, as the format wants it. */
@Component
public final class PrometheusText implements Metrics {
  /** One name with its samples, in the order in which they came. */
  private record Family(String type, String help, List<String> samples) {}

  private final LiveYards yards;

  @Activate
  public PrometheusText(@Reference LiveYards yards) {
    this.yards = yards;
  }

  @Override
  public String text() {
    Map<String, Family> families = new LinkedHashMap<>();
    for (LiveYard yard : yards.all()) {
      YardStatus status = yard.status();
      yard(families, status);
      status.pipelines().forEach(pipeline -> pipeline(families, status.name(), pipeline));
      status.devices().forEach(device -> device(families, status.name(), device));
      status.mappingSums().forEach(sum -> mapping(families, status.name(), sum));
    }
    StringBuilder text = new StringBuilder();
    families.forEach(
        (name, family) -> {
          text.append("# HELP ").append(name).append(' ').append(family.help()).append('\n');
          text.append("# TYPE ").append(name).append(' ').append(family.type()).append('\n');
          family.samples().forEach(sample -> text.append(name).append(sample).append('\n'));
        });
    return text.toString();
  }

  private static void yard(Map<String, Family> families, YardStatus yard) {
    String[] labels = {"yard", yard.name()};
    counter(families, "swaps", "Choices of plug-ins that were exchanged.", yard.swaps(), labels);
    gauge(
        families,
        "longest_gap_seconds",
        "Longest time without a frame on account of a swap.",
        yard.longestGapNanos() / 1e9,
        labels);
    gauge(
        families,
        "abandoned_threads",
        "Threads that hang in a plug-in and could not be ended.",
        yard.abandonedThreads(),
        labels);
    gauge(families, "waiting", "Things that are wanted and not there.", yard.waiting().size(), labels);
    Balance balance = yard.balance();
    gauge(families, "mappings", "Live mappings and allocations.", balance.mappings(), labels);
    gauge(families, "buffers", "dma-bufs that are not released.", balance.buffers(), labels);
    gauge(
        families,
        "lost_buffers",
        "dma-bufs whose ops broke in their release.",
        balance.lost(),
        labels);
    gauge(families, "pages", "Pages of 4096 bytes taken.", balance.pages(), labels);
    gauge(families, "iova_frames", "Frames of live IOVA ranges.", balance.iovaFrames(), labels);
    gauge(families, "bounce_slots", "Bounce slots in use.", balance.bounceSlots(), labels);
  }

  private static void pipeline(Map<String, Family> families, String yard, PipelineStatus p) {
    String[] labels = {"yard", yard, "pipeline", p.name()};
    counter(families, "frames_in", "Frames that were begun.", p.framesIn(), labels);
    counter(families, "frames_out", "Frames that every importer got intact.", p.framesOut(), labels);
    gauge(families, "frames_in_flight", "Frames on their way.", p.framesInFlight(), labels);
    for (Dropped lost : p.dropped()) {
      counter(
          families,
          "frames_dropped",
          "Frames that did not get through, by reason.",
          lost.frames(),
          "yard",
          yard,
          "pipeline",
          p.name(),
          "reason",
          lost.reason());
    }
    counter(
        families, "wrong_checksums", "Frames whose bytes were others.", p.wrongChecksums(), labels);
    counter(families, "bytes", "Bytes through importers' addresses.", p.bytes(), labels);
    counter(families, "bounced_bytes", "Bytes through bounce pools.", p.bouncedBytes(), labels);
    counter(families, "copies", "Times a core moved bytes of a frame.", p.copies(), labels);
    counter(families, "faults", "Frames that the hardware stopped.", p.faults(), labels);
    gauge(
        families,
        "streaming",
        "1 while the pipeline streams.",
        p.state() == PipelineStatus.State.STREAMING ? 1 : 0,
        labels);
  }

  private static void device(Map<String, Family> families, String yard, DeviceStatus d) {
    String[] labels = {"yard", yard, "device", d.id()};
    counter(families, "device_frames", "Frames a device moved.", d.frames(), labels);
    counter(families, "device_bytes", "Bytes a device moved.", d.bytes(), labels);
    counter(families, "device_bounced_bytes", "Bytes bounced for a device.", d.bounces(), labels);
    counter(families, "device_faults", "Accesses that the hardware refused.", d.faults(), labels);
    gauge(families, "device_mappings", "Live mappings of a device.", d.mappings(), labels);
  }

  /** Sums: a series for each single mapping would be a new one with each buffer. */
  private static void mapping(Map<String, Family> families, String yard, MappingSum m) {
    String[] labels = {"yard", yard, "device", m.device(), "kind", m.kind()};
    gauge(families, "live_mappings", "Live mappings by device and kind.", m.live(), labels);
    counter(families, "mappings_made", "Mappings made, by device and kind.", m.made(), labels);
    String help = "Bytes that devices moved through mappings.";
    counter(families, "mapping_bytes", help, m.bytesRead(), with(labels, "read"));
    counter(families, "mapping_bytes", help, m.bytesWritten(), with(labels, "write"));
  }

  private static String[] with(String[] labels, String access) {
    String[] more = Arrays.copyOf(labels, labels.length + 2);
    more[labels.length] = "access";
    more[labels.length + 1] = access;
    return more;
  }

  private static void counter(
      Map<String, Family> families, String name, String help, long value, String... labels) {
    sample(families, "counter", "bufferyard_" + name + "_total", help, Long.toString(value), labels);
  }

  private static void gauge(
      Map<String, Family> families, String name, String help, long value, String... labels) {
    sample(families, "gauge", "bufferyard_" + name, help, Long.toString(value), labels);
  }

  private static void gauge(
      Map<String, Family> families, String name, String help, double value, String... labels) {
    sample(families, "gauge", "bufferyard_" + name, help, Double.toString(value), labels);
  }

  private static void sample(
      Map<String, Family> families,
      String type,
      String name,
      String help,
      String value,
      String... labels) {
    StringBuilder line = new StringBuilder("{");
    for (int i = 0; i + 1 < labels.length; i += 2) {
      line.append(i == 0 ? "" : ",")
          .append(labels[i])
          .append("=\"")
          .append(escaped(labels[i + 1]))
          .append('"');
    }
    families
        .computeIfAbsent(name, n -> new Family(type, help, new ArrayList<>()))
        .samples()
        .add(line.append("} ").append(value).toString());
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}

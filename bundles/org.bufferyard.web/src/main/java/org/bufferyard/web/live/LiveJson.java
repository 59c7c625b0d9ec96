package org.bufferyard.web.live;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;

/** A running yard as the protocol has it. Stateless. */
final class LiveJson {
  private static final long NANOS_A_MILLI = 1_000_000;

  private LiveJson() {}

  static <T> JsonArray array(List<T> list, Function<T, JsonObject> json) {
    JsonArray array = new JsonArray();
    list.forEach(e -> array.add(json.apply(e)));
    return array;
  }

  static JsonArray texts(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }

  static JsonObject of(LiveYard yard) {
    YardStatus status = yard.status();
    JsonObject json = new JsonObject();
    json.addProperty("yard", status.name());
    json.addProperty("board", status.board());
    json.addProperty("kernel", status.kernel());
    json.addProperty("source", yard.spec().source());
    json.addProperty("state", state(status));
    json.add("waiting", texts(status.waiting()));
    json.add("pipelines", array(status.pipelines(), p -> pipeline(p, yard)));
    json.add("devices", array(status.devices(), LiveJson::device));
    json.add("totals", totals(status));
    return json;
  }

  private static String state(YardStatus status) {
    boolean streams =
        status.pipelines().stream().anyMatch(p -> p.state() == PipelineStatus.State.STREAMING);
    boolean failed =
        status.pipelines().stream().anyMatch(p -> p.state() == PipelineStatus.State.FAILED);
    return streams ? "running" : failed ? "failed" : "idle";
  }

  private static JsonObject pipeline(PipelineStatus p, LiveYard yard) {
    JsonObject json = new JsonObject();
    json.addProperty("id", p.name());
    json.addProperty("exporter", p.exporter());
    json.add("importers", texts(p.importers()));
    yard.spec().pipelines().stream()
        .filter(s -> s.name().equals(p.name()))
        .findFirst()
        .ifPresent(s -> asked(json, s));
    json.addProperty("state", p.state().name().toLowerCase(Locale.ROOT));
    json.addProperty("text", p.reason());
    json.addProperty("framesPerSecond", Math.round(p.framesPerSecond() * 10) / 10.0);
    json.addProperty("framesIn", p.framesIn());
    json.addProperty("framesOut", p.framesOut());
    json.addProperty("inFlight", p.framesInFlight());
    json.addProperty("dropped", p.framesDropped());
    json.add(
        "drops",
        array(
            p.dropped(),
            d -> {
              JsonObject drop = new JsonObject();
              drop.addProperty("reason", d.reason());
              drop.addProperty("frames", d.frames());
              return drop;
            }));
    json.addProperty("bytes", p.bytes());
    json.addProperty("bounced", p.bouncedBytes());
    json.addProperty("copied", p.copies());
    json.addProperty("faults", p.faults());
    json.addProperty("wrongChecksums", p.wrongChecksums());
    return json;
  }

  private static void asked(JsonObject json, PipelineSpec spec) {
    json.addProperty("policy", spec.policy().name().toLowerCase(Locale.ROOT));
    json.addProperty("memory", spec.memory().word());
    json.addProperty("size", Long.toString(spec.sizeBytes()));
  }

  private static JsonObject device(YardStatus.DeviceStatus device) {
    JsonObject json = new JsonObject();
    json.addProperty("element", device.id());
    json.addProperty("frames", device.frames());
    json.addProperty("bytes", device.bytes());
    json.addProperty("bounced", device.bounces());
    json.addProperty("faults", device.faults());
    json.addProperty("mappings", device.mappings());
    return json;
  }

  private static JsonObject totals(YardStatus status) {
    List<PipelineStatus> all = status.pipelines();
    JsonObject json = new JsonObject();
    json.addProperty("framesIn", all.stream().mapToLong(PipelineStatus::framesIn).sum());
    json.addProperty("framesOut", all.stream().mapToLong(PipelineStatus::framesOut).sum());
    json.addProperty("inFlight", all.stream().mapToLong(PipelineStatus::framesInFlight).sum());
    json.addProperty("dropped", all.stream().mapToLong(PipelineStatus::framesDropped).sum());
    json.addProperty(
        "wrongChecksums", all.stream().mapToLong(PipelineStatus::wrongChecksums).sum());
    json.addProperty("swaps", status.swaps());
    json.addProperty("longestGapMs", status.longestGapNanos() / NANOS_A_MILLI);
    json.addProperty("pages", status.balance().pages());
    json.addProperty("mappings", status.balance().mappings());
    json.addProperty("abandonedThreads", status.abandonedThreads());
    return json;
  }
}

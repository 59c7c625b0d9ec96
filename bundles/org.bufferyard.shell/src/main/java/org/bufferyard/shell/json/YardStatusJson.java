package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.YardStatus;

/** A running yard at one moment. */
public final class YardStatusJson {
  private YardStatusJson() {}

  public static JsonObject of(YardStatus yard) {
    JsonObject json = new JsonObject();
    json.addProperty("name", yard.name());
    json.addProperty("board", yard.board());
    json.addProperty("kernel", yard.kernel());
    json.addProperty("swaps", yard.swaps());
    json.addProperty("longestGapMs", yard.longestGapNanos() / 1_000_000.0);
    json.addProperty("abandonedThreads", yard.abandonedThreads());
    JsonArray pipelines = new JsonArray();
    yard.pipelines().forEach(pipeline -> pipelines.add(of(pipeline)));
    json.add("pipelines", pipelines);
    JsonArray mappings = new JsonArray();
    yard.mappings().forEach(mapping -> mappings.add(of(mapping)));
    json.add("busiestMappings", mappings);
    JsonArray waiting = new JsonArray();
    yard.waiting().forEach(waiting::add);
    json.add("waiting", waiting);
    return json;
  }

  private static JsonObject of(YardStatus.MappingStatus mapping) {
    JsonObject json = new JsonObject();
    json.addProperty("device", mapping.device());
    json.addProperty("kind", mapping.kind());
    json.addProperty("dma", "0x" + Long.toHexString(mapping.dma()));
    json.addProperty("size", mapping.sizeBytes());
    json.addProperty("bytesRead", mapping.bytesRead());
    json.addProperty("bytesWritten", mapping.bytesWritten());
    return json;
  }

  private static JsonObject of(PipelineStatus pipeline) {
    JsonObject json = new JsonObject();
    json.addProperty("name", pipeline.name());
    json.addProperty("state", pipeline.state().name().toLowerCase(Locale.ROOT));
    json.addProperty("reason", pipeline.reason());
    json.addProperty("framesPerSecond", pipeline.framesPerSecond());
    json.addProperty("framesIn", pipeline.framesIn());
    json.addProperty("framesOut", pipeline.framesOut());
    json.addProperty("framesInFlight", pipeline.framesInFlight());
    json.addProperty("framesDropped", pipeline.framesDropped());
    json.addProperty("wrongChecksums", pipeline.wrongChecksums());
    json.addProperty("bytes", pipeline.bytes());
    json.addProperty("faults", pipeline.faults());
    return json;
  }
}

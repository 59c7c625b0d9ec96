package org.bufferyard.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large board: times are told, never asserted; the picture must not be a needle. */
final class ThousandTest {
  private static final int ELEMENTS = Integer.getInteger("bufferyard.elements", 1000);
  private static final int A_BUS = 40;

  @TempDir Path folder;

  static String board(int elements) {
    StringBuilder text =
        new StringBuilder(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <topology:Topology xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:topology="http://bufferyard.org/topology/1.0" id="large" name="large">
              <components xsi:type="topology:Memory" id="dram" name="dram" base="0x80000000" size="1G"/>
            """);
    int made = 2;
    for (int bus = 0; made < elements; bus++) {
      text.append(
          "  <components xsi:type=\"topology:Bus\" id=\"bus%d\" name=\"bus%d\" emptyDmaRanges=\"true\">\n"
              .formatted(bus, bus));
      text.append(
          "    <components xsi:type=\"topology:Iommu\" id=\"bus%d/mmu\" name=\"mmu\" model=\"arm,smmu-v3\"/>\n"
              .formatted(bus));
      made += 2;
      for (int i = 0; i < A_BUS && made < elements; i++, made++) {
        String device = "bus%d/dev%d".formatted(bus, i);
        text.append(
            "    <components xsi:type=\"topology:Device\" id=\"%s\" name=\"dev%d\" model=\"acme,dev\""
                .formatted(device, i));
        text.append(
            i >= 4
                ? "/>\n"
                : ">\n      <iommus iommu=\"bus%d/mmu\" specifier=\"0x%x\"/>\n    </components>\n"
                    .formatted(bus, i));
      }
      text.append("  </components>\n");
    }
    return text.append("</topology:Topology>\n").toString();
  }

  private static <T> T timed(String what, Callable<T> call) throws Exception {
    long start = System.nanoTime();
    T result = call.call();
    System.out.printf("%d elements: %s %.0f ms%n", ELEMENTS, what, (System.nanoTime() - start) / 1e6);
    return result;
  }

  @Test
  void aLargeBoardIsOpenedEditedCheckedAndLaidOut() throws Exception {
    Path file = Files.writeString(folder.resolve("large.topology"), board(ELEMENTS));
    try (TestServer server = new TestServer(folder)) {
      String doc = timed("open", () -> server.open("large.topology"));
      JsonObject model = timed("model", () -> server.model(doc));
      timed("model again", () -> server.model(doc));
      assertTrue(model.getAsJsonObject("elements").size() >= ELEMENTS);
      String path = "/api/docs/" + doc;
      for (int i = 1; i <= 3; i++) {
        long rev = i;
        timed(
            "set",
            () ->
                server.ok(
                    server.post(
                        path + "/command",
                        "{'baseRev':" + rev + ",'op':'set','element':'bus0/dev7','feature':'dmaMaskBits','value':'4" + rev + "'}")));
        timed("check", () -> server.ok(server.get(path + "/markers")));
      }
      timed("delete a bus", () -> server.ok(server.command(doc, "'op':'delete','elements':['bus1']")));
      timed("undo", () -> server.ok(server.command(doc, "'op':'undo'")));
      timed("save", () -> server.ok(server.save(doc, "")));
      server.ok(server.command(doc, "'op':'set','element':'bus0/dev7','feature':'dmaMaskBits','value':null"));
      server.ok(server.save(doc, ""));
      assertEquals(board(ELEMENTS), Files.readString(file));
      JsonObject laid = timed("layout of one bus, first", () -> arrange(server, path, false));
      timed("layout of one bus, again", () -> arrange(server, path, false));
      isNoNeedle(laid);
      isNoNeedle(timed("layout with links", () -> arrange(server, path, true)));
    }
  }

  private static void isNoNeedle(JsonObject container) {
    double ratio = container.get("w").getAsDouble() / container.get("h").getAsDouble();
    assertTrue(ratio > 0.4 && ratio < 4, container.get("algorithm") + " is " + ratio + " wide to high");
  }

  /** One bus with {@value #A_BUS} devices, of which four have a link. */
  private static JsonObject arrange(TestServer server, String path, boolean links) throws Exception {
    JsonArray nodes = new JsonArray();
    JsonArray edges = new JsonArray();
    for (int i = 0; i <= A_BUS; i++) {
      JsonObject node = new JsonObject();
      node.addProperty("id", "n" + i);
      node.addProperty("w", 180);
      node.addProperty("h", 60);
      nodes.add(node);
      if (links && i > 0 && i <= 4) {
        JsonObject edge = new JsonObject();
        edge.addProperty("id", "e" + i);
        edge.addProperty("source", "n" + i);
        edge.addProperty("target", "n0");
        edges.add(edge);
      }
    }
    JsonObject container = new JsonObject();
    container.addProperty("id", "bus0");
    container.add("nodes", nodes);
    container.add("edges", edges);
    JsonArray containers = new JsonArray();
    containers.add(container);
    JsonObject body = new JsonObject();
    body.add("containers", containers);
    return server
        .ok(server.post(path + "/arrange", body.toString()))
        .getAsJsonArray("containers")
        .get(0)
        .getAsJsonObject();
  }
}

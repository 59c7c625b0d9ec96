package org.bufferyard.conform.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Optional;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Facts of the same shape as the recorded ones, with what the self tests' other rows ask. */
class UserFactTest {
  private final PlainWiring wiring = PlainWiring.wire();
  private final UserFact facts = new UserFact(wiring.get(Yards.class));

  @AfterEach
  void close() {
    wiring.close();
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private int created(String input) {
    return facts
        .udmabuf("UDMABUF_CREATE", json(input), json("{\"rc\":0}"))
        .orElseThrow()
        .get("rc")
        .getAsInt();
  }

  private String heap(String op, String input, String expected) {
    return facts.heap(op, json(input), json(expected)).orElseThrow().get("rc").getAsString();
  }

  @Test
  void udmabufAnswersItsErrnos() {
    assertEquals(-22, created("{\"offset\":\"PAGE/2\",\"size\":\"PAGE\"}"));
    assertEquals(-22, created("{\"offset\":0,\"size\":\"PAGE/2\"}"));
    assertEquals(-77, created("{\"memfd\":0,\"size\":\"PAGE\"}"));
    assertEquals(-22, created("{\"memfdSeals\":[],\"size\":\"PAGE\"}"));
    assertEquals(-22, created("{\"memfdSeals\":[\"SHRINK\",\"WRITE\"],\"size\":\"PAGE\"}"));
    assertEquals(0, created("{\"size\":\"PAGE*4\"}"));
  }

  @Test
  void listsShowWhatTheFileIsGiven() {
    for (String input : new String[] {"{}", "{\"hugepages\":true}"}) {
      for (String op : new String[] {"CREATE_LIST", "CREATE_LIST before first memfd write"}) {
        assertEquals(
            json("{\"dmabufSeesMemfdWrites\":true}"),
            facts.udmabuf(op, json(input), json("{}")).orElseThrow());
      }
    }
  }

  @Test
  void heapStructuresOfAnySize() {
    for (int bytes : new int[] {16, 24, 32, 128, 256}) {
      assertEquals("0", heap("ioctl with " + bytes + "-byte struct", "{\"len\":4096}", "{}"));
    }
    assertEquals("<0", heap("alloc ioctl on fd 0", "{}", "{\"rc\":\"<0\"}"));
    assertEquals("-25", heap("alloc ioctl on fd 0", "{}", "{\"rc\":-25}"));
    assertEquals("-22", heap("alloc ioctl", "{\"heapFlags\":1118481}", "{}"));
    assertEquals("-22", heap("alloc ioctl", "{\"fdFlags\":291}", "{}"));
    assertEquals("-22", heap("alloc ioctl", "{\"len\":0}", "{}"));
  }

  @Test
  void otherOperationsAreNotAnswered() {
    assertEquals(Optional.empty(), facts.heap("open", json("{}"), json("{}")));
    assertEquals(Optional.empty(), facts.udmabuf("MERGE", json("{}"), json("{}")));
  }
}

package org.bufferyard.web.live;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.KindStatus.State;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.web.wire.Failure;

/** The plug-in services of a running yard, and what a page may do to them. One request. */
final class ServiceList {
  private final List<KindStatus> services;
  private final ServiceSwitch toggle;

  ServiceList(Kinds kinds, ServiceSwitch toggle) {
    this.toggle = toggle;
    this.services = new ArrayList<>(kinds.status());
    services.addAll(kinds.absent());
  }

  private static String id(String kind, String provider, String model) {
    return kind + "/" + provider + "/" + model;
  }

  JsonArray json(PlatformSpec board) {
    JsonArray array = new JsonArray();
    for (KindStatus s : services) {
      JsonObject json =
          json(s.kind(), s.model(), s.provider(), s.ranking(), s.state().name(), s.reason(), board);
      JsonArray actions = new JsonArray();
      if (s.state() == State.USED) {
        actions.add("stop");
        actions.add("swap");
      } else if (s.state() == State.SHADOWED) {
        actions.add("prefer");
      }
      json.add("actions", actions);
      array.add(json);
    }
    for (ServiceSwitch.Stopped s : toggle.stopped()) {
      JsonObject json =
          json(s.kind(), s.model(), s.provider(), 0, "STOPPED", "somebody stopped it", board);
      json.add("actions", LiveJson.texts(List.of("start")));
      array.add(json);
    }
    return array;
  }

  private static JsonObject json(
      String kind,
      String model,
      String provider,
      int ranking,
      String state,
      String reason,
      PlatformSpec board) {
    JsonObject json = new JsonObject();
    json.addProperty("id", id(kind, provider, model));
    json.addProperty("kind", kind);
    json.addProperty("model", model);
    json.addProperty("provider", provider);
    json.addProperty("ranking", ranking);
    json.addProperty("state", state);
    json.addProperty("reason", reason);
    json.add("elements", LiveJson.texts(elements(kind, model, board)));
    return json;
  }

  /** What of the board asks for it. */
  private static List<String> elements(String kind, String model, PlatformSpec board) {
    return switch (kind) {
      case "IommuKind" ->
          board.iommus().stream().filter(i -> i.model().equals(model)).map(i -> i.id()).toList();
      case "DeviceKind" ->
          board.devices().stream().filter(d -> d.model().equals(model)).map(d -> d.id()).toList();
      case "AllocatorKind" ->
          model.equals("buddy")
              ? board.memory().stream().map(m -> m.id()).toList()
              : board.pools().stream()
                  .filter(p -> p.allocator().equals(model))
                  .map(p -> p.id())
                  .toList();
      case "DmaBufOpsKind" ->
          board.devices().stream()
              .filter(d -> d.ops().equals(Optional.of(model)))
              .map(d -> d.id())
              .toList();
      default -> List.of();
    };
  }

  private record Named(String kind, String provider, String model) {
    static Named of(String id) {
      String[] parts = id.split("/", 3);
      if (parts.length != 3) {
        throw Failure.bad("'" + id + "' is no id of a service");
      }
      return new Named(parts[0], parts[1], parts[2]);
    }
  }

  void stop(String id) {
    Named named = Named.of(id);
    toggle.stop(named.kind(), named.provider());
  }

  void start(String id) {
    Named named = Named.of(id);
    toggle.start(named.kind(), named.provider());
  }

  /**
   * Another one of the same kind and model serves from now on.
   *
   * @param to who; empty: the next in line, or a fresh instance of the same when there is none
   */
  void swap(String id, Optional<String> to) {
    Named named = Named.of(id);
    Optional<Named> next = to.map(Named::of).or(() -> nextInLine(named));
    if (next.isEmpty()) {
      toggle.renew(named.kind(), named.provider());
      return;
    }
    if (!next.get().kind().equals(named.kind()) || !next.get().model().equals(named.model())) {
      throw Failure.refused("they are not for the same: " + id + " and " + to.orElse(""));
    }
    int highest =
        services.stream()
            .filter(s -> isFor(s, named))
            .mapToInt(KindStatus::ranking)
            .max()
            .orElse(0);
    toggle.prefer(named.kind(), next.get().provider(), highest + 1);
  }

  private static boolean isFor(KindStatus status, Named named) {
    return status.kind().equals(named.kind()) && status.model().equals(named.model());
  }

  private Optional<Named> nextInLine(Named named) {
    return services.stream()
        .filter(s -> isFor(s, named) && s.state() == State.SHADOWED)
        .max(Comparator.comparingInt(KindStatus::ranking))
        .map(s -> new Named(s.kind(), s.provider(), s.model()));
  }
}

package org.bufferyard.web.layout;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;
import org.eclipse.elk.alg.layered.LayeredLayoutProvider;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.core.AbstractLayoutProvider;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.core.util.BoxLayoutProvider;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/**
 * Places the nodes of one container at a time with ELK: boxes in rows where no edge joins them,
 * layers where edges do. One layout of everything at once makes a needle of a board. Safe for any
 * thread.
 */
public final class ContainerLayout {
  private static final int MOST = 20_000;
  private static final double GAP = 24;
  private static final double WIDE = 1.8;
  private static final double[] PADDING = {40, 12, 12, 12};

  private record Node(String id, double w, double h, double x, double y, boolean pinned) {}

  private record Place(double x, double y, double w, double h) {
    boolean overlaps(Place other) {
      return x < other.x + other.w + GAP / 2
          && other.x < x + w + GAP / 2
          && y < other.y + other.h + GAP / 2
          && other.y < y + h + GAP / 2;
    }
  }

  public ContainerLayout() {
    // No Eclipse registry here: what ELK should know is said to it.
    LayoutMetaDataService.getInstance()
        .registerLayoutMetaDataProviders(new CoreOptions(), new LayeredMetaDataProvider());
  }

  /** The answer of {@code POST …/arrange}. */
  public JsonObject arrange(Message message) {
    List<Message> given = message.messages("containers");
    long count = given.stream().mapToLong(c -> c.array("nodes").size()).sum();
    if (count > MOST) {
      throw new Failure(Failure.Kind.TOO_LARGE, "more than " + MOST + " nodes to place");
    }
    JsonArray containers = new JsonArray();
    given.forEach(c -> containers.add(container(c)));
    JsonObject json = new JsonObject();
    json.add("containers", containers);
    return json;
  }

  private static JsonObject container(Message container) {
    List<Node> nodes = container.messages("nodes").stream().map(ContainerLayout::node).toList();
    double[] padding = padding(container);
    boolean pinned = nodes.stream().anyMatch(Node::pinned);
    boolean kept = !nodes.isEmpty() && nodes.stream().allMatch(Node::pinned);
    ElkNode graph = ElkGraphUtil.createGraph();
    Map<String, ElkNode> elkNodes = new LinkedHashMap<>();
    for (Node node : nodes) {
      ElkNode elk = ElkGraphUtil.createNode(graph);
      elk.setDimensions(node.w(), node.h());
      if (elkNodes.put(node.id(), elk) != null) {
        throw Failure.bad("node '" + node.id() + "' is there twice");
      }
    }
    Map<String, ElkEdge> elkEdges = edges(container, elkNodes);
    boolean layered = !elkEdges.isEmpty();
    if (!kept && !nodes.isEmpty()) {
      layout(graph, layered, container.text("direction", "RIGHT"), padding);
    }
    Map<String, Place> places = places(nodes, elkNodes);
    JsonObject json = new JsonObject();
    json.addProperty("id", container.text("id"));
    double right = places.values().stream().mapToDouble(p -> p.x() + p.w()).max().orElse(0);
    double bottom = places.values().stream().mapToDouble(p -> p.y() + p.h()).max().orElse(0);
    json.addProperty("w", right + padding[1]);
    json.addProperty("h", bottom + padding[2]);
    json.addProperty("algorithm", kept ? "kept" : layered ? "layered" : "box");
    JsonObject placed = new JsonObject();
    places.forEach((id, p) -> placed.add(id, point(p.x(), p.y())));
    json.add("nodes", placed);
    JsonObject routes = new JsonObject();
    if (!pinned) {
      elkEdges.forEach((id, edge) -> routes.add(id, route(edge)));
    }
    json.add("edges", routes);
    return json;
  }

  private static Node node(Message node) {
    double w = node.number("w", 0);
    double h = node.number("h", 0);
    if (w <= 0 || h <= 0) {
      throw Failure.bad("a node has a width 'w' and a height 'h'");
    }
    return new Node(
        node.text("id"), w, h, node.number("x", 0), node.number("y", 0), node.flag("pinned"));
  }

  private static double[] padding(Message container) {
    if (!container.has("padding")) {
      return PADDING;
    }
    JsonArray given = container.array("padding");
    try {
      if (given.size() == 4) {
        return new double[] {
          given.get(0).getAsDouble(),
          given.get(1).getAsDouble(),
          given.get(2).getAsDouble(),
          given.get(3).getAsDouble()
        };
      }
    } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
      throw Failure.bad("'padding' is [top, right, bottom, left]");
    }
    throw Failure.bad("'padding' is [top, right, bottom, left]");
  }

  private static Map<String, ElkEdge> edges(Message container, Map<String, ElkNode> nodes) {
    Map<String, ElkEdge> edges = new LinkedHashMap<>();
    for (Message edge : container.messages("edges")) {
      ElkNode source = nodes.get(edge.text("source"));
      ElkNode target = nodes.get(edge.text("target"));
      if (source == null || target == null) {
        throw Failure.bad("an edge joins nodes of its own container");
      }
      if (source != target) {
        edges.put(edge.text("id"), ElkGraphUtil.createSimpleEdge(source, target));
      }
    }
    return edges;
  }

  private static void layout(ElkNode graph, boolean layered, String direction, double[] padding) {
    graph.setProperty(
        CoreOptions.PADDING, new ElkPadding(padding[0], padding[1], padding[2], padding[3]));
    graph.setProperty(CoreOptions.SPACING_NODE_NODE, GAP);
    graph.setProperty(CoreOptions.ASPECT_RATIO, WIDE);
    graph.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
    graph.setProperty(CoreOptions.DIRECTION, direction(direction));
    AbstractLayoutProvider provider =
        layered ? new LayeredLayoutProvider() : new BoxLayoutProvider();
    provider.initialize("");
    provider.layout(graph, new BasicProgressMonitor());
    provider.dispose();
  }

  private static Direction direction(String word) {
    return EnumSet.allOf(Direction.class).stream()
        .filter(d -> d.name().equals(word))
        .findFirst()
        .orElseThrow(() -> Failure.bad("'" + word + "' is no direction"));
  }

  /** Pinned nodes first; what would lie on another goes below it. */
  private static Map<String, Place> places(List<Node> nodes, Map<String, ElkNode> elkNodes) {
    List<Place> taken = new ArrayList<>();
    Map<String, Place> places = new LinkedHashMap<>();
    for (Node node : nodes) {
      if (node.pinned()) {
        Place place = new Place(node.x(), node.y(), node.w(), node.h());
        taken.add(place);
        places.put(node.id(), place);
      }
    }
    boolean pinned = !taken.isEmpty();
    nodes.stream()
        .filter(n -> !n.pinned())
        .sorted(
            Comparator.comparingDouble((Node n) -> elkNodes.get(n.id()).getY())
                .thenComparingDouble(n -> elkNodes.get(n.id()).getX()))
        .forEach(
            n -> {
              ElkNode elk = elkNodes.get(n.id());
              Place place = new Place(elk.getX(), elk.getY(), n.w(), n.h());
              if (pinned) {
                place = free(place, taken);
                taken.add(place);
              }
              places.put(n.id(), place);
            });
    return places;
  }

  private static Place free(Place wanted, List<Place> taken) {
    Place place = wanted;
    for (int tries = 0; tries <= taken.size(); tries++) {
      Place here = place;
      double below =
          taken.stream()
              .filter(here::overlaps)
              .mapToDouble(t -> t.y() + t.h() + GAP)
              .max()
              .orElse(Double.NaN);
      if (Double.isNaN(below)) {
        return place;
      }
      place = new Place(place.x(), below, place.w(), place.h());
    }
    return place;
  }

  private static JsonArray point(double x, double y) {
    JsonArray point = new JsonArray();
    point.add(Math.round(x));
    point.add(Math.round(y));
    return point;
  }

  private static JsonArray route(ElkEdge edge) {
    JsonArray route = new JsonArray();
    for (ElkEdgeSection section : edge.getSections()) {
      route.add(point(section.getStartX(), section.getStartY()));
      section.getBendPoints().forEach(b -> route.add(point(b.getX(), b.getY())));
      route.add(point(section.getEndX(), section.getEndY()));
    }
    return route;
  }
}

package org.bufferyard.topology;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.bufferyard.topology.edit.UnknownElement;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EPackage;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Finds in the text what the model does not hold for want of a package: EMF keeps it apart from its
 * neighbours and in no order. Only the outermost unknown element of a branch counts. One thread.
 */
final class UnknownContent extends DefaultHandler {
  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";

  private final Reading<Topology> reading;
  private final EPackage.Registry known;
  private final Map<String, String> namespaces = new LinkedHashMap<>();
  // The nearest known element with an id, for every open element of the text.
  private final Deque<EObject> owners = new ArrayDeque<>();
  private final List<UnknownElement> list = new ArrayList<>();
  private int unknownDepth;

  private UnknownContent(Reading<Topology> reading) {
    this.reading = reading;
    this.known = reading.resource().getResourceSet().getPackageRegistry();
  }

  /**
   * @param text that was read
   */
  static List<UnknownElement> of(byte[] text, Reading<Topology> reading) {
    if (reading.unexplained().isEmpty() || reading.root().isEmpty()) {
      return List.of();
    }
    UnknownContent content = new UnknownContent(reading);
    try {
      SAXParserFactory factory = SAXParserFactory.newDefaultNSInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.newSAXParser().parse(new InputSource(new ByteArrayInputStream(text)), content);
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new IllegalStateException("a text that was read cannot be read again", e);
    }
    return List.copyOf(content.list);
  }

  @Override
  public void startPrefixMapping(String prefix, String uri) {
    namespaces.put(prefix, uri);
  }

  @Override
  public void startElement(String uri, String localName, String qName, Attributes attributes) {
    if (unknownDepth > 0) {
      unknownDepth++;
      return;
    }
    String type = attributes.getValue(XSI, "type");
    if (type != null && !owners.isEmpty()) {
      int colon = type.indexOf(':');
      String nsUri = namespaces.getOrDefault(type.substring(0, Math.max(colon, 0)), "");
      if (known.getEPackage(nsUri) == null) {
        unknownDepth = 1;
        list.add(unknown(localName, nsUri, type.substring(colon + 1), attributes));
        return;
      }
    }
    owners.push(owner(attributes));
  }

  private EObject owner(Attributes attributes) {
    if (owners.isEmpty()) {
      return reading.root().orElseThrow();
    }
    String id = attributes.getValue("id");
    EObject found = id == null ? null : reading.resource().getEObject(id);
    return found == null ? owners.getFirst() : found;
  }

  private UnknownElement unknown(
      String feature, String nsUri, String type, Attributes attributes) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < attributes.getLength(); i++) {
      if (!attributes.getURI(i).equals(XSI)) {
        texts.put(attributes.getQName(i), attributes.getValue(i));
      }
    }
    Optional<FilePackages.Wish> wish = reading.packages().wish(nsUri);
    return new UnknownElement(
        owners.getFirst(),
        feature,
        nsUri,
        type,
        texts,
        wish.map(FilePackages.Wish::bundle).orElse(""));
  }

  @Override
  public void endElement(String uri, String localName, String qName) {
    if (unknownDepth > 0) {
      unknownDepth--;
    } else {
      owners.pop();
    }
  }
}

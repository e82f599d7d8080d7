# The script of run.py with SOAP::Lite. Its WSDL reader knows rpc only, so messages are made with SOAP::Data.

use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8 encode_utf8);
use MIME::Base64 qw(decode_base64 encode_base64);
use SOAP::Lite;
binmode STDOUT, ':encoding(UTF-8)';
$| = 1;

my ($url, $user, $reader, $password, $sku, $name, $text, $long, $image, $number, $item, $tracking)
    = map { decode_utf8($ENV{"KONTOR_$_"}) }
    qw(URL USER READER PASSWORD SKU NAME TEXT LONG IMAGE ORDER ORDER_ITEM TRACKING);

# guide: connect
sub connect_to {
    my ($user, $password) = @_;
    my $kontor = SOAP::Lite->proxy("$url/ws/v1", timeout => 60, credentials => [
        $url =~ m{//([^/]+)}, 'Kontor', $user, $password]);
    $kontor->autotype(0)->envprefix('soap')->encodingStyle('')->encoding('UTF-8');
    return $kontor->on_fault(sub { my ($kontor, $answer) = @_; die ref $answer ? $answer : $kontor->transport->status . "\n" });
}

# A list of pairs becomes elements in that order, an array reference in it elements below.
sub data {
    my ($name, $value) = @_;
    return SOAP::Data->name($name)->value(ref $value ? '' : $value)->type('string') unless ref $value && @$value;
    my @children;
    my @pairs = @$value;
    while (my ($child, $content) = splice @pairs, 0, 2) { push @children, data($child, $content) }
    return SOAP::Data->name($name)->value(\SOAP::Data->value(@children));
}

sub call {
    my ($kontor, $operation, @request) = @_;
    my $method = SOAP::Data->name($operation)->attr({ xmlns => 'urn:kontor:v1' });
    return $kontor->call($method, data(request => [@request]))->result;
}

# A list of one element comes as the element itself, an empty one as an empty string.
sub items_of {
    my ($wrapper) = @_;
    my $items = ref $wrapper ? $wrapper->{item} : undef;
    return ref $items eq 'ARRAY' ? @$items : defined $items ? ($items) : ();
}
# end

# guide: article
sub article {
    my ($sku, $tax_type, @more) = @_;
    return item => [significantKey => 'INTERNAL_ITEM_NUMBER', referenceId => $sku, mandatorId => 1,
        internalItemNumber => $sku, identifier => $name, taxTypeId => $tax_type // 3, @more];
}

sub text_module {
    my ($type, $content) = @_;
    return item => [textModuleType => $type, translations => [item => [languageCodeIso => 'de', text => $content]]];
}

sub send_articles {
    my ($kontor, @articles) = @_;
    return items_of(call($kontor, updateItems => items => \@articles)->{reports});
}

sub send_price {
    my ($kontor, $sku, $price) = @_;
    my $list = [significantKey => 'IDENTIFIER', mandatorId => 1, identifier => 'default',
        validities => [item => [prices => [item => [itemNr => $sku, price => $price]]]]];
    return items_of(call($kontor, updatePricelist => pricelists => [item => $list])->{reports});
}

sub send_stock {
    my ($kontor, $sku, $count) = @_;
    my $booking = [mandatorId => 1, warehouseCode => 'standard', stockCount => $count, absolute => 'true'];
    my $record = [mandatorId => 1, internalItemNumber => $sku, stockItems => [item => $booking]];
    return items_of(call($kontor, updateStockCount => items => [item => $record])->{reports});
}

sub fetch_articles {
    my ($kontor, @skus) = @_;
    my $condition = [mandatorId => [value => 1], internalItemNumber => [values => [map { (item => $_) } @skus]]];
    my $result = call($kontor, fetchItems => filters => [item => $condition], itemsPerPage => 100, page => 1, imagesAsBase64 => 'true');
    return items_of($result->{items});
}
# end

# guide: order
sub fetch_order {
    my ($kontor, $number) = @_;
    call($kontor, syncPlatformOrders => accountIds => [item => 1000], processSynchronous => 'true');
    my $condition = [mandatorId => [value => 1], marketplaceOrderId => [value => $number]];
    my $result = call($kontor, fetchOrders => filters => [item => $condition], ordersPerPage => 50, page => 1);
    return (items_of($result->{orders}))[0];
}

sub send_shipped {
    my ($kontor, $order_id, $tracking) = @_;
    my $order = [significantKey => 'ORDER_ID', mandatorId => 1, orderId => $order_id, status => 'SHIPPED',
        shippingInformations => [item => [trackingNumber => $tracking, shippingProviderIdentifier => 'DHL']]];
    return items_of(call($kontor, updateOrderStatus => orders => [item => $order])->{reports});
}
# end

sub check {
    my ($what, $right, @seen) = @_;
    print $right ? "$what: ok\n" : substr("$what: FAILED: @seen", 0, 300) . "\n";
}

my $kontor = connect_to($user, $password);
my $echoed = call($kontor, echo => text => $name)->{text};
check('connect', $echoed eq $name, $echoed);
print "note: connect: its WSDL reader knows rpc only, so calls are made by hand\n";

my @one = send_articles($kontor, article($sku, 3, listPrice => '1234567.8901',
    textModules => [text_module(15, $text), text_module(16, $long)],
    imageModules => [item => [imageModuleTypeId => 1, imageBase64 => $image]]));
check('one', @one == 1 && $one[0]{returnCode} == 0 && $one[0]{item}{internalItemNumber} eq $sku, @one);
my ($found) = fetch_articles($kontor, $sku);
my @texts = map { (items_of($_->{translations}))[0]{text} } items_of($found->{textModules});
check('texts', $found->{identifier} eq $name && "@texts" eq "$text $long", $found->{identifier}, @texts);
check('amounts', $found->{listPrice} eq '1234567.8901', $found->{listPrice});
check('image', (items_of($found->{imageModules}))[0]{imageBase64} eq $image);
check('zero', !send_articles($kontor) && !fetch_articles($kontor, "$sku-none"));

my @skus = map { sprintf '%s-%02d', $sku, $_ } 0 .. 24;
my @many = map { $_->{referenceId} } send_articles($kontor, map { article($_) } @skus);
my @back = sort map { $_->{internalItemNumber} } fetch_articles($kontor, @skus);
check('many', "@many" eq "@skus" && "@back" eq "@skus", @many);
my @mixed = send_articles($kontor, article("$sku-a"), article("$sku-b", 99), article("$sku-c"));
my $good = join ' ', map { $_->{returnCode} == 0 ? 1 : 0 } @mixed;
check('bad record', $good eq '1 0 1' && $mixed[1]{errorDescription}, $good);
my @sent = map { $_->{returnCode} } send_price($kontor, $sku, '12.34'), send_stock($kontor, $sku, 12);
check('price and stock', "@sent" eq '0 0', @sent);

if (eval { send_articles(connect_to($reader, $password), article($sku)); 1 }) { check('fault', 0, 'written') }
else {
    my $fault = $@;
    my $code = ref $fault && $fault->faultdetail->{gatewayFault}{errorCode};
    check('fault', $code && index($fault->faultstring, $code) >= 0 && $fault->faultcode =~ /Client$/, $fault);
}

my $order = fetch_order($kontor, $number);
my $positions = join ' ', map { "$_->{internalItemNumber} $_->{quantity} $_->{price}" } items_of($order->{orderItems});
my @shipped = map { $_->{returnCode} } send_shipped($kontor, $order->{orderId}, $tracking);
check('order', $positions eq "$item-1 1 9.90 $item-2 2 9.90" && "@shipped" eq '0', $positions, @shipped);

if (eval { call(connect_to($user, 'wrong'), echo => text => 'x'); 1 }) { check('password', 0, 'it was accepted') }
else { my $fault = $@; check('password', ref $fault ? $fault->faultstring =~ /KONTOR-1001/ : $fault =~ /^401/, $fault) }

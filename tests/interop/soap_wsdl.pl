# The script of run.py with classes that SOAP::WSDL's `wsdl2perl` made.

use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8);
use MyInterfaces::KontorService::KontorPort;
binmode STDOUT, ':encoding(UTF-8)';
$| = 1;

my ($url, $user, $reader, $password, $sku, $name, $text, $long, $image, $number, $item, $tracking)
    = map { decode_utf8($ENV{"KONTOR_$_"}) }
    qw(URL USER READER PASSWORD SKU NAME TEXT LONG IMAGE ORDER ORDER_ITEM TRACKING);

# guide: connect
sub connect_to {
    my ($user, $password) = @_;
    return MyInterfaces::KontorService::KontorPort->new({ proxy => ["$url/ws/v1", timeout => 60,
        credentials => [$url =~ m{//([^/]+)}, 'Kontor', $user, $password]] });
}

# A fault is an object that counts as false.
sub call {
    my ($kontor, $operation, $request) = @_;
    my $answer = $kontor->$operation({ request => $request });
    die $answer->get_faultstring unless $answer;
    return $answer->get_result;
}

# A list of one element comes as the element itself, an empty one as nothing.
sub items_of {
    my ($wrapper) = @_;
    my $items = $wrapper && $wrapper->get_item;
    return ref $items eq 'ARRAY' ? @$items : $items ? ($items) : ();
}
# end

# guide: article
sub article {
    my ($sku, $tax_type, %more) = @_;
    return { significantKey => 'INTERNAL_ITEM_NUMBER', referenceId => $sku, mandatorId => 1,
        internalItemNumber => $sku, identifier => $name, taxTypeId => $tax_type // 3, %more };
}

sub text_module {
    my ($type, $content) = @_;
    return { textModuleType => $type, translations => { item => [{ languageCodeIso => 'de', text => $content }] } };
}

sub send_articles {
    my ($kontor, @articles) = @_;
    return items_of(call($kontor, updateItems => { items => { item => \@articles } })->get_reports);
}

sub send_price {
    my ($kontor, $sku, $price) = @_;
    my $list = { significantKey => 'IDENTIFIER', mandatorId => 1, identifier => 'default',
        validities => { item => [{ prices => { item => [{ itemNr => $sku, price => $price }] } }] } };
    return items_of(call($kontor, updatePricelist => { pricelists => { item => [$list] } })->get_reports);
}

sub send_stock {
    my ($kontor, $sku, $count) = @_;
    my $booking = { mandatorId => 1, warehouseCode => 'standard', stockCount => $count, absolute => 'true' };
    my $record = { mandatorId => 1, internalItemNumber => $sku, stockItems => { item => [$booking] } };
    return items_of(call($kontor, updateStockCount => { items => { item => [$record] } })->get_reports);
}

sub fetch_articles {
    my ($kontor, @skus) = @_;
    my $condition = { mandatorId => { value => 1 }, internalItemNumber => { values => { item => \@skus } } };
    return items_of(call($kontor, fetchItems =>
        { filters => { item => [$condition] }, itemsPerPage => 100, page => 1, imagesAsBase64 => 'true' })->get_items);
}
# end

# guide: order
sub fetch_order {
    my ($kontor, $number) = @_;
    call($kontor, syncPlatformOrders => { accountIds => { item => [1000] }, processSynchronous => 'true' });
    my $condition = { mandatorId => { value => 1 }, marketplaceOrderId => { value => $number } };
    my $result = call($kontor, fetchOrders => { filters => { item => [$condition] }, ordersPerPage => 50, page => 1 });
    return (items_of($result->get_orders))[0];
}

sub send_shipped {
    my ($kontor, $order_id, $tracking) = @_;
    my $order = { significantKey => 'ORDER_ID', mandatorId => 1, orderId => $order_id, status => 'SHIPPED',
        shippingInformations => { item => [{ trackingNumber => $tracking, shippingProviderIdentifier => 'DHL' }] } };
    return items_of(call($kontor, updateOrderStatus => { orders => { item => [$order] } })->get_reports);
}
# end

sub check {
    my ($what, $right, @seen) = @_;
    print $right ? "$what: ok\n" : substr("$what: FAILED: @seen", 0, 300) . "\n";
}

my $kontor = connect_to($user, $password);
my $echoed = call($kontor, echo => { text => $name })->get_text . '';
check('connect', $echoed eq $name, $echoed);

my @one = send_articles($kontor, article($sku, 3, listPrice => '1234567.8901',
    textModules => { item => [text_module(15, $text), text_module(16, $long)] },
    imageModules => { item => [{ imageModuleTypeId => 1, imageBase64 => $image }] }));
check('one', @one == 1 && $one[0]->get_returnCode == 0 && $one[0]->get_item->get_internalItemNumber eq $sku, @one);
my ($found) = fetch_articles($kontor, $sku);
my @texts = map { (items_of($_->get_translations))[0]->get_text } items_of($found->get_textModules);
check('texts', $found->get_identifier eq $name && "@texts" eq "$text $long", $found->get_identifier, @texts);
check('amounts', $found->get_listPrice . '' eq '1234567.8901', $found->get_listPrice);
check('image', (items_of($found->get_imageModules))[0]->get_imageBase64 . '' eq $image);
check('zero', !send_articles($kontor) && !fetch_articles($kontor, "$sku-none"));

my @skus = map { sprintf '%s-%02d', $sku, $_ } 0 .. 24;
my @many = map { $_->get_referenceId . '' } send_articles($kontor, map { article($_) } @skus);
my @back = sort map { $_->get_internalItemNumber . '' } fetch_articles($kontor, @skus);
check('many', "@many" eq "@skus" && "@back" eq "@skus", @many);
my @mixed = send_articles($kontor, article("$sku-a"), article("$sku-b", 99), article("$sku-c"));
my $good = join ' ', map { $_->get_returnCode == 0 ? 1 : 0 } @mixed;
check('bad record', $good eq '1 0 1' && $mixed[1]->get_errorDescription, $good);
my @sent = map { $_->get_returnCode . '' } send_price($kontor, $sku, '12.34'), send_stock($kontor, $sku, 12);
check('price and stock', "@sent" eq '0 0', @sent);

my $fault = connect_to($reader, $password)->updateItems({ request => { items => { item => [article($sku)] } } });
my $detail = eval { $fault->get_detail->get_gatewayFault->get_errorCode };
check('fault', !$fault && $fault->get_faultstring =~ /KONTOR-1002/ && $fault->get_faultcode =~ /Client$/, $fault->get_faultcode);
print "note: fault: code and text only from faultstring, it cannot read the detail\n" unless $detail;

my $order = fetch_order($kontor, $number);
my $positions = join ' ', map { join ' ', $_->get_internalItemNumber, $_->get_quantity, $_->get_price } items_of($order->get_orderItems);
my @shipped = map { $_->get_returnCode . '' } send_shipped($kontor, $order->get_orderId . '', $tracking);
check('order', $positions eq "$item-1 1 9.90 $item-2 2 9.90" && "@shipped" eq '0', $positions, @shipped);

$fault = connect_to($user, 'wrong')->echo({ request => {} });
check('password', !$fault && $fault->get_faultstring =~ /KONTOR-1001|401/, $fault);
